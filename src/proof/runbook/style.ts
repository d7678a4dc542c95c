import type { PaperPage } from '../report/paper.ts';
import { styleSheet } from '../report/style.ts';

/** The report's style sheet and what only a runbook has. On paper nothing needs a background or a colour. */
export function runbookStyle(pages: readonly PaperPage[], branches: number): string {
  return `${styleSheet(pages)}${SHEET_STYLE}${CARD_STYLE}${PEN_STYLE}${branchStyle(branches)}${SCREEN_STYLE}${PRINT_STYLE}`;
}

const SHEET_STYLE = `.sheet h2{font-size:24px;line-height:32px}
:where(.sheet) section{border-top:0;margin-top:16px;padding-top:0}.sheet.is-cover section{border-top:1px solid var(--line);margin-top:24px;padding-top:16px}.sheet.is-cover h2{font-size:18px;line-height:24px;margin-bottom:4px}
.sheet h3{margin:0 0 4px}
.sheet td small,.sheet th small{display:block}.sheet .moment small,.sheet dd small{display:inline}
.moment{white-space:nowrap}.until{white-space:nowrap}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.claim-lines{list-style:none;padding:0}.claim-lines li{display:grid;grid-template-columns:148px 1fr;gap:4px 12px}
.changes{columns:2 280px}
.times{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));margin:12px 0;border:1px solid var(--ink)}
.times div{padding:4px 8px;border-left:1px solid var(--line);margin-left:-1px}.times dd{margin:0;font-weight:600}.times dd small{font-weight:400}.times .moment,.times .until{white-space:normal}
.times.is-large dd{font-size:18px;line-height:24px}
table.plan,table.checks,table.contacts{width:100%}
.sheet thead th{color:var(--ink)}
.sheet tbody th{min-width:0}.sheet tbody th a{color:inherit;text-decoration:none}
.sheet tbody tr:first-child>*{border-top:0}
.plan td,.plan th,.checks td,.checks th{padding:6px 8px 6px 0}.plan th b{display:inline-block;min-width:24px}.plan th a{white-space:nowrap}
td.write,th.write{border-left:1px solid var(--line);padding-left:6px}
.is-fallback{font-style:italic}
.no-return{display:inline-block;border:2px solid;padding:0 4px;font-size:13px;line-height:20px}
.key{margin-top:12px;font-size:13px;line-height:20px;max-width:none}.dot{display:inline-block;width:9px;height:9px;border:2px solid var(--ink);border-radius:50%;margin:0 2px 0 8px}.dot.is-critical{width:0;height:0;border-width:6.5px}
.key-in{margin:8px 0 0;font-size:13px;line-height:20px;color:var(--muted)}
`;

const CARD_STYLE = `.card-head{display:grid;grid-template-columns:auto 1fr auto;gap:4px 16px;align-items:start}
.card-head h2{margin:0}.card-head p{margin:0}
.card-number{font-size:36px;line-height:44px;font-weight:700;border:3px solid var(--ink);padding:0 12px;min-width:64px;text-align:center}
.people{text-align:right}.people>*{display:block}.people b{display:inline}.phone{font-size:18px;line-height:24px;font-weight:600}
.banner{border:3px solid var(--ink);padding:8px 12px}.banner p{margin:0 0 4px}.banner strong{font-size:18px;letter-spacing:.08em;margin-right:12px}
.banner ul{list-style:none;padding:0;margin:0}.banner li{display:grid;grid-template-columns:minmax(72px,auto) minmax(0,3fr) minmax(0,2fr);gap:0 12px;align-items:end;padding:2px 0}.banner b{font-size:18px;line-height:24px}
.instruction{font-size:18px;line-height:26px;margin:0 0 8px;max-width:none}
.sheet pre{border:1px solid var(--ink);border-left-width:4px;padding:8px 12px;margin:0 0 8px;white-space:pre-wrap;overflow-wrap:anywhere}.sheet pre code{font-size:15px;line-height:22px}
.checks code{display:block}.checks .query{border-top:0;padding-top:0}
.lines{margin:0;padding-left:18px}.sheet section p{max-width:none}
.no-return-box{border:4px double var(--ink);padding:8px 12px}.no-return-box p{margin:0 0 8px}.no-return-box h3{text-transform:uppercase;letter-spacing:.04em}
.deciders{display:grid;grid-template-columns:1fr 1fr;gap:16px}.deciders>div{border:2px solid var(--ink);padding:8px 12px}.deciders>div>*{display:block}.deciders .name{font-size:18px;line-height:24px}.deciders .phone{font-size:24px;line-height:32px}.label{font-size:13px;line-height:20px}
.options{display:grid;grid-template-columns:1fr 1fr;gap:16px;margin-bottom:12px}.options section{border:2px solid var(--ink);padding:8px 12px;margin:0}.options h3{font-size:18px}
.trigger{border:1px solid var(--ink);padding:8px 12px}
.readings{display:grid;grid-template-columns:repeat(4,1fr);gap:0}.reading{display:grid;grid-template-columns:1fr 1fr;border:1px solid var(--line);margin:0 -1px -1px 0;min-height:44px}.reading span{font-size:13px;line-height:20px;color:var(--muted);padding:0 4px}.reading span+span{border-left:1px dotted var(--line)}
.contacts td,.contacts th{padding:8px 8px 8px 0;vertical-align:middle}.contacts .phone{display:block;white-space:nowrap}.contacts .spare td{height:44px}
`;

/** A pen needs about 12 mm; 44 px is also what a thumb needs. */
const PEN_STYLE = `.pens{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:8px;margin:0 0 8px}
.pens .is-wide{grid-column:span 2}
.pen{border:1px solid var(--ink);min-height:52px;padding:0 6px}.pen span{font-size:13px;line-height:18px;color:var(--muted)}.pen.is-tall{min-height:96px;margin:0 0 8px}
.tick{display:inline-block;flex:none;width:18px;height:18px;border:2px solid var(--ink);vertical-align:-3px}
.choice{display:inline-flex;gap:8px;align-items:center;margin-right:24px}.choice small{font-weight:400}.choices{display:flex;flex-wrap:wrap;gap:8px 0;font-weight:600;max-width:none}
.ticks{list-style:none;padding:0;margin:0}.ticks li{display:flex;gap:10px;align-items:baseline;padding:2px 0}.ticks .tick{position:relative;top:3px}
.line-to-fill{display:inline-block;min-width:120px;border-bottom:1px solid var(--ink);min-height:24px}.line-to-fill span{font-size:13px;line-height:18px;color:var(--muted)}
`;

/** One rail for each branch; the dot is the step, the line what goes on beside it. */
function branchStyle(count: number): string {
  const places = Array.from({ length: count }, (_, index) => `.rail:nth-child(${index + 1}){left:${index * 14}px}`);
  return `td.branch,th.branch{position:relative;width:${count * 14 + 10}px;min-width:${count * 14 + 10}px;padding:0}
.rail{position:absolute;top:0;bottom:0;width:14px}${places.join('')}
.rail.is-step::before,.rail.is-through::before{content:"";position:absolute;left:5px;top:0;bottom:0;border-left:2px solid var(--ink)}
.rail.is-step::after{content:"";position:absolute;left:0;top:9px;width:8px;height:8px;border:2px solid var(--ink);border-radius:50%;background:var(--surface)}
.rail.is-step.is-critical::after{width:0;height:0;border-width:6px}
`;
}

const SCREEN_STYLE = `@media screen{.sheet{max-width:880px}.sheet+.sheet{margin-top:48px;padding-top:24px}}
@media screen and (max-width:1131px){.plan .moment,.plan .until,.plan th a{white-space:normal}.plan .moment small{display:block}.plan{font-size:13px;line-height:20px}td.write,th.write{padding-left:2px;padding-right:2px}}
@media (max-width:767px){.card-head{grid-template-columns:auto 1fr}.people{grid-column:1/-1;text-align:left}.banner li{grid-template-columns:1fr}.deciders,.options{grid-template-columns:1fr}.pens .is-wide{grid-column:auto}.readings{grid-template-columns:1fr 1fr}}
@media screen and (max-width:767px){td.branch,td.write,.spare{display:none}.checks td.write{display:none}.plan td,.checks td,.contacts td{padding:0 0 0 40%}.plan th,.checks th,.contacts th{padding:0}}
`;

const PRINT_STYLE = `@media print{.screen-only{display:none}
.sheet{font-size:11pt;line-height:14pt}
.sheet h2{font-size:18pt;line-height:22pt;margin-bottom:3pt}.sheet.is-cover h2{font-size:13pt;line-height:16pt}h1{font-size:18pt;line-height:23pt;max-width:none}
:where(.sheet) section{margin-top:7pt}.sheet h3{margin-bottom:1pt;line-height:15pt;font-size:11pt}.sheet p{margin-bottom:4pt}
.sheet.is-card,.sheet.is-decision{display:flex;flex-direction:column;min-height:232mm}
.is-card .written{flex:1;display:flex;flex-direction:column}.is-card .written .is-tall,.is-decision>.is-tall{flex:1}
.card-number{font-size:28pt;line-height:32pt}
.card-head h2{font-size:19pt;line-height:23pt}.people{font-size:10pt;line-height:13pt}.phone{font-size:13pt;line-height:16pt}
.deciders>div,.options section{padding:4pt 8pt}.deciders{line-height:13pt}.deciders .phone{font-size:16pt;line-height:20pt}.deciders .name,.options h3,.banner b,.banner strong,.times.is-large dd{font-size:13pt;line-height:16pt}
.banner{padding:4pt 8pt}.banner p{margin:0}
.instruction{font-size:13pt;line-height:16pt}.sheet pre{padding:4pt 8pt;margin-bottom:4pt}.sheet pre code{font-size:10.5pt;line-height:13pt}
.ticks li{padding:0}.choices{margin:4pt 0}.options{margin:0 0 4pt}.options p{font-size:10pt;line-height:13pt}
.times{margin:6pt 0;font-size:10.5pt;line-height:13pt}.times div{padding:2pt 6pt}.times small,.plan small{font-size:8.5pt;line-height:11pt}.times dt{line-height:11pt}
.plan{font-size:10pt;line-height:12.5pt}.plan td,.plan th{padding:4pt 5pt 4pt 0}.plan td{height:11mm}.plan thead th{line-height:11pt}.plan .moment{white-space:normal}.plan .moment,.plan .until{white-space:normal}.plan th a{white-space:normal}.plan .moment small{display:block}.plan .no-return{display:block;line-height:10pt;width:fit-content}
td.write,th.write{min-width:13mm;width:13mm;padding:0 0 0 3pt}.checks td.write,.checks th.write{width:26mm}
.checks{font-size:10pt;line-height:12.5pt}.checks td,.checks th{padding:2pt 5pt 1pt 0}.checks td.query{padding-top:0}.checks .tick{width:4mm;height:4mm}.banner.is-read ul{display:flex;flex-wrap:wrap;gap:0 16pt}.banner.is-read li{display:block;padding:0}.is-card .has-checks .is-tall{min-height:11mm}.has-checks .pen{min-height:11mm}.has-checks .choices{margin:2pt 0}.checks code{font-size:8.5pt;line-height:10.5pt}
.pens{gap:2mm;margin-bottom:2mm}.pen{min-height:12mm}.pen.is-tall{min-height:16mm;margin-bottom:2mm}.reading{min-height:11mm}.contacts .spare td{height:11mm}
.tick{width:5mm;height:5mm}.ticks .tick{top:1.2mm}.pen span,.reading span,.line-to-fill span,.label,.key,.key-in,.no-return{font-size:9pt;line-height:11pt;color:#000}.key-in{margin:1mm 0 0}
.line-to-fill{min-height:7mm}.no-return-box{padding:4pt 8pt}.no-return-box p{margin-bottom:4pt}.no-return-box .pens{margin-bottom:0}
.banner,.no-return-box,.trigger,.deciders>div,.options section,.pen,.pens,.times,.sheet tr{break-inside:avoid}
.has-query{break-after:avoid}.sheet pre{break-inside:auto}.card-head,.banner,.times{break-after:avoid}
.rail.is-step::after{background:#fff;top:6pt}
}
`;
