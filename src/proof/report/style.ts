import { paletteVariables } from './palette.ts';
import { type PaperPage, paperStyle } from './paper.ts';
import { pictureStyle } from './picture-style.ts';

/** The whole style sheet. Sizes 13 15 18 24 36, distances in multiples of 4. */
export function styleSheet(pages: readonly PaperPage[]): string {
  return `:root{color-scheme:light dark;${paletteVariables('light')}}
@media screen and (prefers-color-scheme:dark){:root{${paletteVariables('dark')}}}
${TEXT_STYLE}${BLOCK_STYLE}${pictureStyle()}${paperStyle(pages)}`;
}

const TEXT_STYLE = `*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--surface);color:var(--ink);font:15px/24px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main{max-width:1132px;margin:0 auto;padding:32px 32px 64px}
h1{font-size:24px;line-height:32px;font-weight:600;margin:0 0 16px;max-width:840px;text-wrap:balance}
h2{font-size:18px;line-height:24px;font-weight:600;margin:0 0 12px}
h3{font-size:15px;line-height:24px;font-weight:600;margin:24px 0 4px}
h4{font-size:15px;line-height:24px;font-weight:600;margin:16px 0 4px}
p{margin:0 0 12px;max-width:760px}
ul,ol{margin:0 0 12px;padding-left:20px}
small,caption,dt,.muted,summary,.crumb,.legend{font-size:13px;line-height:20px}
small,.muted,dt,caption{color:var(--muted)}
small{font-weight:400}
a{color:var(--accent)}
code{font:13px/20px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
del{text-decoration:line-through;background:var(--marked)}
ins{text-decoration:underline;background:var(--equal);font-weight:600}
.crumb{color:var(--muted);margin-bottom:8px}.crumb b{color:var(--ink)}
article+article{border-top:2px solid var(--ink);margin-top:64px;padding-top:32px}
section{border-top:1px solid var(--line);margin-top:32px;padding-top:20px}
.defs{position:absolute}
`;

const BLOCK_STYLE = `.shape{width:14px;height:14px;flex:none;position:relative;top:2px}
.lamp{display:inline-flex;gap:6px;align-items:baseline;font-weight:600;max-width:100%}.lamp span{min-width:0;overflow-wrap:break-word}th .lamp,td .lamp{white-space:nowrap}.sponsor li>*,.claims li>*,.facts>*,.numbers>*{min-width:0}
.is-proven{color:var(--proven)}.is-failed{color:var(--failed)}.is-inconclusive{color:var(--inconclusive)}.is-not-examined{color:var(--not-examined)}
.verdict .lamp{font-size:36px;line-height:40px;gap:12px;font-weight:700;letter-spacing:-.01em}
.verdict .shape{width:32px;height:32px;top:4px}
.notice{border:1px solid var(--failed);border-left-width:4px;padding:8px 12px}
.numbers{display:grid;grid-template-columns:repeat(5,1fr);gap:1px;margin:24px 0 0;background:var(--line);border:1px solid var(--line)}
.numbers div{background:var(--surface);padding:12px 16px}
.numbers dd{margin:0}.numbers b{display:block;font-size:24px;line-height:32px;font-weight:600;white-space:nowrap}
.numbers span{display:block;font-size:13px;line-height:20px;color:var(--muted)}
.sponsor ol{list-style:none;padding:0;margin:0;counter-reset:answer}
.sponsor li{display:grid;grid-template-columns:28px 280px 1fr;gap:0 12px;padding:12px 0;border-bottom:1px solid var(--line);counter-increment:answer}
.sponsor li:last-child{border-bottom:0}
.sponsor li::before{content:counter(answer);color:var(--muted);font-weight:600}
.sponsor h3{margin:0}.sponsor p{margin:0}
.claims,.findings{list-style:none;padding:0;margin:0}
.claims>li{display:grid;grid-template-columns:148px 220px 1fr;gap:4px 16px;padding:12px 0;border-top:1px solid var(--line)}
.claims>li:first-child{border-top:0}
.claims h3,.claims p{margin:0}.claims h3 small{margin-left:4px}
.claims ul{margin:4px 0 0}.because{color:var(--muted);font-size:13px;line-height:20px}
.parts,.plain,.keys,.changes{list-style:none;padding:0}
.keys{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 8px}
.findings>li{border-left:4px solid var(--line);padding:0 0 4px 16px;margin-bottom:20px}
.findings>li:has(>h3 .is-failed){border-color:var(--failed)}.findings h3{margin-top:0}.findings p{margin-bottom:4px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(180px,1fr));gap:8px 24px;margin:0 0 12px}
.facts dd{margin:0;overflow-wrap:anywhere}.facts ul{margin:0}
.facts div:has(.digest){grid-column:1/-1}
.frame{overflow-x:auto;margin:0 0 20px}
table{border-collapse:collapse;min-width:min(100%,640px)}
caption{text-align:left;padding:8px 0 4px;font-weight:600}
th,td{text-align:left;vertical-align:top;padding:8px 16px 8px 0;border-top:1px solid var(--line)}
thead th{border-top:0;border-bottom:1px solid var(--ink);font-size:13px;line-height:20px;color:var(--muted);font-weight:600;vertical-align:bottom}
tbody th{font-weight:400;min-width:160px}td small,th small{display:inline-block;line-height:20px}tbody tr:first-child>*{border-top:0}
.number{text-align:right;white-space:nowrap}
td.marked{background:var(--marked);color:var(--ink);padding-left:8px}
td.marked .lamp{white-space:normal}
td:has(small){min-width:120px}
details{margin:0}details+.frame,details+p{margin-top:12px}summary{cursor:pointer;color:var(--accent);padding:4px 0}
.difference{border-left:4px solid var(--failed);padding-left:16px;margin:16px 0}
.difference h4{margin-top:0}.pattern{margin:8px 0 4px}
figure.flows{break-inside:auto;border-top:1px solid var(--line)}.flow-head,.flow-row{display:grid;grid-template-columns:1fr 1fr;gap:0 32px}
.flow-head{padding:8px 0 4px;color:var(--muted);font-size:13px;line-height:20px}.flow-row{border-top:1px solid var(--line);padding:12px 0;break-inside:avoid}
.flow-card{min-width:0}.flow-card small{display:block}.flow-side{display:none;color:var(--muted);font-size:13px;line-height:20px}
.flow-name{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 16px}.flow-name b{overflow-wrap:anywhere}
.flow-line{display:grid;grid-template-columns:minmax(0,112px) 96px minmax(0,1fr);gap:12px;align-items:center;padding:4px 0}.flow-line span{overflow-wrap:anywhere}
.flow-arrow{fill:none;stroke:var(--ink);color:var(--ink)}.flow-arrow .tip{fill:var(--ink)}
@media (max-width:767px){.flow-head{display:none}.flow-row{grid-template-columns:1fr;gap:12px}.flow-side{display:block}.flow-card.is-none{display:none}}
@media (max-width:767px){main{padding:16px 16px 48px}.numbers{grid-template-columns:1fr 1fr}.numbers div{padding:12px}.numbers b{white-space:normal}.sponsor li{grid-template-columns:20px 1fr}.sponsor p{grid-column:2}.claims>li{grid-template-columns:1fr}.verdict .lamp{font-size:24px;line-height:32px}.verdict .shape{width:24px;height:24px}}
@media screen and (max-width:767px){table,caption,tbody,tr,th,td{display:block}thead{display:none}table{min-width:0}tr{border-top:1px solid var(--line);padding:8px 0}tbody tr:first-child{border-top:0}th,td,tbody th,td.marked{border-top:0;padding:0;min-width:0}tbody th{font-weight:600}td,td.marked{position:relative;padding-left:40%;min-height:24px}td::before{content:attr(data-head);position:absolute;left:0;width:38%;color:var(--muted);font-size:13px}td:empty,td.blank{display:none}.number{text-align:left}td.rest{padding-left:0}td.rest::before{content:none}}
@media (max-width:767px){.numbers div:last-child:nth-child(odd){grid-column:1/-1}}
@media (min-width:768px) and (max-width:1131px){.sponsor li{grid-template-columns:28px 200px 1fr}.claims>li{grid-template-columns:148px 1fr}.claims>li>div{grid-column:2}.numbers div{padding:12px}}
`;
