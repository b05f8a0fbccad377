"""How feedback pages look: readable, dark or light as the reader's system is, no colour without a word beside it."""

CSS = """
:root{color-scheme:light dark;--line:#c8ccd2;--soft:#f4f5f7;--good:#1a6b2d;--bad:#a3210f;--other:#5b4a00}
@media (prefers-color-scheme:dark){:root{--line:#454b54;--soft:#1e2228;--good:#6fd08c;--bad:#ff9a8a;--other:#e0c868}}
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem}h2{font-size:1.25rem;margin-top:2rem}h3{font-size:1.05rem;margin-bottom:.3rem}
table{border-collapse:collapse;width:100%}caption{text-align:left;margin-bottom:.4rem}
th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:left;font-weight:inherit}
article{border-top:1px solid var(--line);padding:.2rem 0 .6rem}article p{margin:.3rem 0}
ul{margin:.1rem 0 .5rem}.points,.word{font-weight:normal;font-size:.9em;opacity:.85}
.passed{color:var(--good)}.failed{color:var(--bad)}.skipped,.broken,.waiting{color:var(--other)}
.cell{margin:1rem 0}.cell.text{opacity:.9}
pre{background:var(--soft);padding:.6rem;overflow-x:auto;margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.out{border-left:3px solid var(--line);margin:.3rem 0 0 1rem;background:none}
.error{color:var(--bad)}img.out{max-width:100%}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem}
:focus-visible{outline:3px solid #3b82f6;outline-offset:2px}
""".strip()
