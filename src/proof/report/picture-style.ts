/** How timeline, treemap and balance look; where things stand in them is decided by their layouts. */
export function pictureStyle(): string {
  return `figure{margin:16px 0}
.picture{display:none}.picture svg{display:block;max-width:100%}
@media screen and (min-width:1132px){.picture.is-wide{display:block}}
@media screen and (min-width:768px) and (max-width:1131px){.picture.is-middle{display:block}}
@media screen and (max-width:767px){.picture.is-narrow{display:block}.picture.is-narrow svg{width:100%;max-width:480px;height:auto}}
svg text{font-size:13px;fill:var(--ink);paint-order:stroke;stroke:var(--surface);stroke-width:4px;stroke-linejoin:round}
.timeline .lane-name{font-size:15px;font-weight:600}
.timeline .lane-summary,.timeline .axis{fill:var(--muted)}
.timeline .tick-name{fill:var(--ink)}
.timeline .cause,.timeline .limit-text.is-exceeded{fill:var(--failed)}
.timeline .is-inconclusive .cause{fill:var(--inconclusive)}
.timeline .rta-text,.timeline .limit-text{font-weight:600}
.timeline .rule{stroke:var(--line)}
.timeline .tick{stroke:var(--muted);stroke-dasharray:1 3}
.timeline .limit{stroke:var(--failed);stroke-width:2}
.timeline .hatching{stroke:var(--muted);stroke-width:2.5;fill:none}
.timeline .waiting{stroke:var(--muted);stroke-width:1}.timeline .waiting.plain{fill:none}
.timeline .work{fill:var(--work)}
.timeline .over,.timeline .is-failed .work{fill:var(--work-failed)}
.timeline .is-assumed .work,.timeline .is-modelled .work,.timeline .is-skipped .work{fill:none;stroke:var(--muted);stroke-width:1.5;stroke-dasharray:1.5 2.5;stroke-linecap:round}
.timeline .is-inconclusive .work{fill:none;stroke:var(--inconclusive);stroke-width:1.5}
.timeline .sign{color:var(--failed)}.timeline .is-inconclusive .sign{color:var(--inconclusive)}
.timeline .p50{fill:none;stroke:var(--muted);stroke-width:1.2}
.timeline .p90{fill:none;stroke:var(--muted);stroke-width:1.2;stroke-dasharray:4 3}
.timeline .critical{fill:none;stroke:var(--ink);stroke-width:2.5;stroke-linejoin:round}
.timeline .fold .gap{fill:var(--surface)}.timeline .fold path{fill:none;stroke:var(--muted)}
.timeline .dimension{stroke:var(--ink);stroke-width:1.5}
.timeline .margin{stroke:var(--muted);stroke-width:1.5;stroke-dasharray:2 3}.timeline .margin.is-exceeded{stroke:var(--failed);stroke-width:3;stroke-dasharray:none}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;padding:0;margin:12px 0 0;color:var(--muted)}
.legend li{display:flex;gap:8px;align-items:center}
.treemap .is-equal rect{fill:var(--equal)}
.treemap .is-different rect:not(.cross){fill:var(--marked);stroke:var(--failed);stroke-width:1.5}
.treemap .crossing{stroke:var(--failed);stroke-width:1.2;opacity:.45}
.balance rect:not(.cross){fill:var(--equal);stroke:var(--line)}.balance text{stroke:none}
.balance .is-captured rect:not(.cross){fill:var(--work)}.balance .is-waived rect:not(.cross){fill:none;stroke:var(--muted);stroke-dasharray:4 3}
.balance .is-rest rect:not(.cross){fill:var(--marked);stroke:var(--failed);stroke-width:2}.balance .is-rest text{font-weight:700;fill:var(--failed)}
.balance .crossing{stroke:var(--failed);stroke-width:1.6}
.treemap text{stroke:none}.treemap .is-different text{font-weight:600;stroke:var(--marked)}.treemap .rows{fill:var(--muted)}.treemap .is-different .rows{fill:var(--ink)}
`;
}
