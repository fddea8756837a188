// @about: the texts of dates, without a locale
// @sysenv: TZ=UTC
const date = new Date(Date.UTC(2024, 0, 5, 5, 4, 9, 7));
console.log(date.toLocaleString(), date.toLocaleDateString(), date.toLocaleTimeString());
console.log(String(date), `${date}`, date.toTimeString());
console.log([date].toLocaleString(), new Date(NaN).toLocaleString(), String(new Date(NaN)));
console.log(date, date.toLocaleString.name, date.toLocaleString.length, Object.keys(Date.prototype).length);

export default function () {}
