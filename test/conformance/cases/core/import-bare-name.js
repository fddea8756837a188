// @about: importing a package of npm by its name
import _ from 'lodash';

export default function () {
  console.log(_.VERSION);
}
