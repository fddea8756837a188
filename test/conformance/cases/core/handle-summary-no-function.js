// @about: a handleSummary that is no function is an error, and there is no summary
// @stdout
export default function () {}
export const handleSummary = { stdout: 'all went well' };
