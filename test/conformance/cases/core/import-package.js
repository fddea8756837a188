// @about: packages of npm cannot be imported by their name
import _ from 'lodash';
export default function () {}
