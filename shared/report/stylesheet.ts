import { MAP_STYLE } from './address-map-svg.ts';
import { FACETS_STYLE } from './facets.ts';
import { CHART_STYLE } from './history-chart.ts';
import { STRIP_STYLE } from './outlook-strip.ts';
import { RUNWAY_STYLE } from './runway-section.ts';

/** The look of report and widget. Every pair of text and ground has a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3). */

const LIGHT =
  '--paper:#fff;--raised:#f6f8fa;--ink:#16191f;--muted:#545b64;--faint:#9aa3ad;--line:#d5dbe1;--free:#e3ebf3;--link:#0b5cad;--critical:#b3161b;--warning:#9a5b00;--good:#1a6e3c;--info:#31577a;--chip:#fff';
const DARK =
  '--paper:#12161c;--raised:#1b2129;--ink:#e9edf2;--muted:#a9b3be;--faint:#66717d;--line:#343d48;--free:#2a3440;--link:#7ab8ff;--critical:#ff8a85;--warning:#f2b44c;--good:#6fcf97;--info:#9cc4ea;--chip:#12161c';

const SHARED = `
.hr{color:var(--ink);background:var(--paper);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
.hr *{box-sizing:border-box}.hr a{color:var(--link)}.hr h2{font-size:20px;margin:36px 0 10px}.hr h3{font-size:15px;margin:0 0 4px;overflow-wrap:anywhere}.hr h4{font-size:13px;margin:10px 0 2px}
.hr p{margin:4px 0}.hr .muted,.hr .where{color:var(--muted)}.hr .where{font-size:12.5px;overflow-wrap:anywhere}
.hr code,.hr pre{font:12.5px/1.45 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
.hr table{border-collapse:collapse;width:100%;background:none;font-size:inherit}.hr th,.hr td{text-align:left;padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top;color:var(--ink);background:none}
.hr th{font-size:12px;color:var(--muted);font-weight:600}.hr .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.hr td bdi,.hr h3 bdi{overflow-wrap:anywhere}.hr td:first-child{min-width:72px}.hr td.where{min-width:112px}.hr .scroll{overflow-x:auto}
.hr .unknown{color:var(--muted);font-style:italic;text-decoration:underline dotted}.hr p.unknown{text-decoration:none}
.hr .chip{display:inline-block;border-radius:3px;padding:0 6px;font-size:11.5px;font-weight:700;line-height:18px;color:var(--chip);background:var(--info);white-space:nowrap}
.hr .chip.critical{background:var(--critical)}.hr .chip.warning{background:var(--warning)}.hr .chip.ok{background:var(--good)}.hr .chip.old{background:var(--muted)}.hr .old-figures{border-left:4px solid var(--critical);padding:1px 12px;margin:12px 0;overflow-wrap:anywhere}
.hr .numbers{display:grid;grid-template-columns:repeat(auto-fill,minmax(128px,1fr));margin:12px 1px}
.hr .numbers div{border:1px solid var(--line);margin:0 0 -1px -1px;padding:5px 8px}.hr .numbers dt{font-size:11.5px;color:var(--muted)}.hr .numbers dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.hr .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:8px 28px}
.hr .map-frame{margin:10px 0;overflow-x:auto}
.hr .bar{display:block;width:100%;min-width:60px;height:8px;background:var(--free);border-radius:2px;overflow:hidden;margin-top:4px}.hr .bar i{display:block;height:100%;background:var(--link)}
.hr .bar.critical i{background:var(--critical)}.hr .bar.warning i{background:var(--warning)}
${MAP_STYLE}
${STRIP_STYLE}`;

/** The widget is given the dashboard's theme; it cannot ask the browser. */
export const widgetStyle = (theme: 'light' | 'dark'): string =>
  `.hr{${theme === 'dark' ? DARK : LIGHT};background:none;font-size:13px}${SHARED}
.hr{background:none}.hr .crumbs{margin:0 0 6px}.hr button.go{border:0;padding:0;background:none;color:var(--link);font:inherit;text-align:left;text-decoration:underline;cursor:pointer;overflow-wrap:anywhere}.hr button.go:focus-visible{outline:2px solid var(--link)}.hr .scroll{margin-bottom:14px}.hr cwdb-action,.hr [data-copy]{display:none}.hr .names{columns:320px;margin:0;padding:0;list-style:none}.hr .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(420px,100%),1fr));gap:12px 24px}.hr .charts article{min-width:0}
.hr details>summary{cursor:pointer}
${CHART_STYLE}`;

const REPORT = `
:root{color-scheme:light dark}body{margin:0}
.hr main,.hr header.top,.hr footer{max-width:1400px;margin:0 auto;padding:0 20px}
.hr header.top{padding-top:22px}.hr h1{font-size:26px;margin:0}
.hr nav{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--line);margin-top:14px}
.hr nav>div{max-width:1400px;margin:0 auto;padding:8px 20px;display:flex;flex-wrap:wrap;gap:6px 18px;align-items:center}
.hr nav input{flex:1 1 220px;max-width:420px;font:inherit;padding:5px 9px;color:var(--ink);background:var(--paper);border:1px solid var(--muted);border-radius:4px}
.hr section{scroll-margin-top:104px}.hr .skip{position:absolute;left:-999px}.hr .skip:focus{left:8px;top:8px;background:var(--paper);padding:6px;z-index:3}
.hr :focus-visible{outline:2px solid var(--link);outline-offset:2px}
.hr .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:10px;list-style:none;padding:0;margin:16px 0}
.hr .tiles li{background:var(--raised);border-left:4px solid var(--line);padding:8px 12px}.hr .tiles b{display:block;font-size:22px;line-height:1.2;overflow-wrap:anywhere}
.hr .tiles li.critical{border-color:var(--critical)}.hr .tiles li.critical b{color:var(--critical)}.hr .tiles li.warning{border-color:var(--warning)}.hr .tiles li.warning b{color:var(--warning)}.hr .tiles li.ok{border-color:var(--good)}
.hr .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(420px,100%),1fr));gap:14px}
.hr .card,.hr .finding{border:1px solid var(--line);border-radius:6px;padding:12px 14px;background:var(--paper);min-width:0}
.hr .card.critical,.hr .finding.critical{border-left:4px solid var(--critical)}.hr .card.warning,.hr .finding.warning{border-left:4px solid var(--warning)}
.hr .card .facts{display:flex;flex-wrap:wrap;gap:2px 18px;margin:6px 0}
.hr .finding{margin:8px 0}.hr .finding>summary{cursor:pointer;overflow-wrap:anywhere}.hr .finding>summary .chip{margin-right:8px}
.hr .finding ol{padding-left:22px}.hr .finding li{margin:10px 0}.hr .finding ul{list-style:none;padding:0;margin:4px 0}.hr .finding ul li{margin:1px 0}
.hr .command{position:relative;margin:4px 0}.hr .command pre{margin:0;padding:8px 64px 8px 10px;background:var(--raised);border:1px solid var(--line);border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere}
.hr .command button{position:absolute;top:4px;right:4px}.hr button{font:inherit;font-size:12px;color:var(--link);background:var(--paper);border:1px solid var(--line);border-radius:4px;padding:2px 8px;cursor:pointer}
.hr th button{border:0;padding:0;background:none;color:inherit;font-weight:600;text-align:inherit}.hr th[aria-sort] button{color:var(--ink)}.hr th[aria-sort=ascending] button::after{content:" ▲"}.hr th[aria-sort=descending] button::after{content:" ▼"}
.hr td button.open{border:0;padding:0;background:none;text-align:left;text-decoration:underline;overflow-wrap:anywhere;font-size:13.5px}
.hr .subnets{font-size:13px}.hr .subnets small{color:var(--muted);font-size:12px}.hr .subnets .id{min-width:180px}
.hr tr.detail>td{background:var(--raised);padding:12px 14px}.hr tr.detail .numbers div{background:var(--paper)}
.hr .outlook-plot{width:100%;height:auto;margin:8px 0;display:block;max-width:1080px}
.hr .cluster{border-top:1px solid var(--line);padding:14px 0}.hr footer{padding:30px 20px;color:var(--muted)}
.hr tr[data-key]{scroll-margin-top:110px}.hr tr.group th{background:var(--raised);color:var(--ink);font-size:13px}.hr .acts{white-space:nowrap}.hr .groups td:first-child{min-width:112px}.hr .alerts td{min-width:64px}.hr .live{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;margin:6px 0}.hr #who{font:inherit;padding:3px 8px;color:var(--ink);background:var(--paper);border:1px solid var(--muted);border-radius:4px}.hr [hidden]{display:none!important}
@media (max-width:640px){.hr header.top,.hr main,.hr footer{padding-left:12px;padding-right:12px}.hr nav{position:static}.hr nav>div{padding:8px 12px}.hr .wide{display:none}.hr .subnets .id{min-width:100px}.hr .subnets .id small{display:none}.hr .subnets td,.hr .subnets th{padding-left:4px;padding-right:4px}.hr .subnets .strip{width:56px}.hr .detail-body{position:sticky;left:12px;width:calc(100vw - 54px)}.hr .tiles{grid-template-columns:1fr 1fr}
.hr .alerts,.hr .alerts tbody,.hr .alerts tr,.hr .alerts td{display:block}.hr .alerts thead{display:none}.hr .alerts tr{padding:8px 0;border-bottom:1px solid var(--line)}.hr .alerts td{border:0;padding:2px 0}.hr .alerts td[data-label]::before{content:attr(data-label) ": ";color:var(--muted)}.hr .alerts td:empty{display:none}.hr .acts{white-space:normal}.hr .acts button{padding:6px 12px;margin:4px 4px 0 0}}
@media print{.hr nav,.hr .acts,.hr .live,.hr button:not(.open),.hr .skip{display:none}.hr .card,.hr .finding{break-inside:avoid}.hr h2{break-after:avoid}.hr,.hr td,.hr th{font-size:11px}.hr td button.open{color:inherit;text-decoration:none}body{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`;

/** The report follows the reader's own choice of light or dark, and is always light on paper. */
export const reportStyle = (): string =>
  `.hr{${LIGHT}}@media screen and (prefers-color-scheme:dark){.hr{${DARK}}}${SHARED}${REPORT}\n${FACETS_STYLE}\n${RUNWAY_STYLE}`;
