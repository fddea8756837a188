// @about: --console-output to a file that cannot be opened is an error
// @args: --console-output no/such/folder/console.txt
export default function () {}
