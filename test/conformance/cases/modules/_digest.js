import { sha256 } from 'k6/crypto';
import encoding from 'k6/encoding';
export const digest = (text) => encoding.b64encode(sha256(text, 'binary'));
