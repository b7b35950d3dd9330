/// The frame of all pages: one file, no script, no network, in light, dark and on paper.
enum PageFrame {
    static func bytes(title: String, body: [Markup]) -> [UInt8] {
        let page: Markup = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>\(title)</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <main>
            \(body)
            </main>
            </body>
            </html>

            """
        return page.html
    }

    private static let style: Markup = """
        :root{color-scheme:light dark;--paper:#f6f5f1;--card:#fff;--ink:#20262b;--soft:#5a656d;--line:#e2dfd7;
        --success:#2f7d5f;--open:#4c7fb5;--failure:#a8433a;--skipped:#a9afb5;--rejected:#cf7a4b;--duplicates:#d6b656;
        --link:#1f5f9c}
        @media (prefers-color-scheme:dark){:root{--paper:#15181b;--card:#1d2225;--ink:#e5e8e8;--soft:#9ca8af;
        --line:#333a3f;--success:#4fa583;--open:#6d9fd4;--failure:#cf6a5f;--skipped:#737b82;--rejected:#d98d62;
        --duplicates:#c7aa52;--link:#8fbdec}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",
        Roboto,"Liberation Sans","DejaVu Sans",sans-serif}
        main{max-width:70rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
        h1{font-size:1.75rem;line-height:1.25;font-weight:600;margin:.25rem 0 .5rem;overflow-wrap:anywhere}
        h2{font-size:1.1rem;font-weight:600;margin:0 0 .9rem;overflow-wrap:anywhere}
        h3{font-size:.95rem;font-weight:600;margin:1.5rem 0 .5rem}
        p{margin:.25rem 0}
        .kind{color:var(--soft);letter-spacing:.04em;font-size:.9rem}
        .facts,.note{color:var(--soft);overflow-wrap:anywhere} .facts b{color:var(--ink);font-weight:500}
        section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.4rem 1.5rem;
        margin:1.25rem 0}
        .refusal{border-left:5px solid var(--failure)}
        .badge{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:0 .6rem;margin-left:.5rem;
        font-size:.8rem;font-weight:400;color:var(--soft)}
        .figures{display:flex;flex-wrap:wrap;gap:.75rem 2.25rem;margin:0 0 1rem}
        .figures dt{color:var(--soft);font-size:.9rem}
        .figures dd{margin:0;font-size:1.45rem;font-weight:600;font-variant-numeric:tabular-nums}
        .figures small{font-size:.8rem;font-weight:400;color:var(--soft);margin-left:.4rem}
        .dot{display:inline-block;width:.7rem;height:.7rem;border-radius:3px;margin-right:.4rem}
        .dot.success{background:var(--success)}.dot.open{background:var(--open)}.dot.failure{background:var(--failure)}
        .dot.skipped{background:var(--skipped)}.dot.rejected{background:var(--rejected)}
        .dot.duplicates{background:var(--duplicates)}
        rect.success{fill:var(--success)}rect.open{fill:var(--open)}rect.failure{fill:var(--failure)}
        rect.skipped{fill:var(--skipped)}rect.rejected{fill:var(--rejected)}rect.duplicates{fill:var(--duplicates)}
        svg{display:block;width:100%} svg.stack{height:22px;border-radius:4px}
        ul.bars{list-style:none;margin:0 0 1.5rem;padding:0;max-width:48rem}
        ul.bars li{display:grid;grid-template-columns:1fr auto;gap:.1rem 1rem;margin:.55rem 0}
        ul.bars .name{overflow-wrap:anywhere} ul.bars .count{color:var(--soft);font-variant-numeric:tabular-nums}
        ul.bars svg{grid-column:1/-1;min-width:0;height:8px;border-radius:4px;background:var(--line)}
        h4{font-size:.95rem;font-weight:500;margin:.25rem 0} h4 small{color:var(--soft);font-weight:400}
        .hours{max-width:48rem} .scale{display:grid;grid-template-columns:repeat(4,1fr);color:var(--soft);font-size:.85rem}
        svg.line{width:7.5rem;height:2.4rem} svg.line polyline{fill:none;stroke:currentColor;stroke-width:2}
        svg.line circle{fill:currentColor} .line.success{color:var(--success)} .line.failure{color:var(--failure)}
        .line.open{color:var(--open)}
        .week{display:flex;flex-wrap:wrap;gap:.75rem 2.5rem;margin:0} .week dt{color:var(--soft);font-size:.9rem}
        .week dd{margin:0;display:flex;align-items:center;gap:.6rem;font-variant-numeric:tabular-nums}
        .attention{border-left:5px solid var(--failure)} .attention ul{margin:0;padding-left:1.2rem}
        .attention li{margin:.35rem 0;overflow-wrap:anywhere}
        .lead{font-size:1.1rem;margin:.25rem 0 .75rem;max-width:46rem}
        a{color:var(--link)} b.name{font-weight:600;overflow-wrap:anywhere}
        .reason{border-top:1px solid var(--line);padding:1rem 0 .25rem} .reason:first-of-type{border-top:0;padding-top:0}
        .reason h3{margin:0 0 .35rem;font-size:1rem;overflow-wrap:anywhere} .reason .count{color:var(--soft);
        font-weight:500;font-variant-numeric:tabular-nums;margin:0 .35rem}
        h3 code,.rows code{color:var(--soft);font-weight:400}
        .remedy{max-width:46rem} ul.examples{margin:.6rem 0 .5rem;padding-left:1.2rem}
        .examples li{margin:.3rem 0;overflow-wrap:anywhere} .where{color:var(--soft);font-size:.9rem}
        .examples .value,td.value bdi{background:var(--paper);border-radius:4px;padding:.05rem .3rem;white-space:pre-wrap}
        td.value bdi:empty{padding:0} .aside{background:none} .id{overflow-wrap:anywhere}
        .steps{margin:0;padding-left:1.4rem} .steps li{margin:.35rem 0;padding-left:.25rem;overflow-wrap:anywhere}
        .wide{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.92rem}
        caption{text-align:left;color:var(--soft);padding-bottom:.6rem}
        th,td{text-align:left;vertical-align:baseline;padding:.45rem .9rem .45rem 0;border-bottom:1px solid var(--line)}
        thead th{color:var(--soft);font-weight:500;white-space:nowrap} tbody th{font-weight:400}
        tbody tr:last-child>*{border-bottom:0}
        @media screen and (max-width:60rem){table.rows,.rows tbody,.rows caption{display:block} .rows thead{display:none}
        .rows tr{display:block;border-top:1px solid var(--line);padding:.7rem 0} .rows td{display:block;
        position:relative;border:0;padding:.15rem 0 .15rem 8.25rem;text-align:left;max-width:none;
        overflow-wrap:anywhere;white-space:normal} .rows td::before{content:attr(data-label);color:var(--soft);
        position:absolute;left:0;width:7.75rem;white-space:normal;font:.9rem/1.5 system-ui,sans-serif}
        .rows code{white-space:normal} .rows td:empty,.rows td:has(>bdi:empty:only-child){display:none}}
        @media screen and (min-width:60.01rem){.rows td.value{min-width:10rem} .rows td.id{min-width:6rem}}
        .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        td.value{max-width:16rem;overflow-wrap:anywhere;white-space:pre-wrap}
        code,.value{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;
        font-size:.9em} code{white-space:nowrap}
        .split{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:0 2.5rem}
        @media (max-width:40rem){main{padding-top:1.25rem}section{padding:1.1rem}h1{font-size:1.4rem}}
        @media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;
        --success:#2f7d5f;--open:#4c7fb5;--failure:#a8433a;--skipped:#a9afb5;--rejected:#cf7a4b;--duplicates:#d6b656}
        body{font-size:10pt}table{font-size:8pt}th,td{padding:.2rem .6rem .2rem 0}
        h1{font-size:16pt}main{max-width:none;padding:0}section{border:0;padding:0;margin:1.2rem 0}
        .wide{overflow:visible}thead{display:table-header-group}tr,svg,.figures,.week,.hours,.bars li,.examples li,.split>*{break-inside:avoid}
        .attention,.refusal{border-left:3px solid;padding-left:.75rem;border-radius:0}
        a{color:inherit} .rows td.value{min-width:8rem} .rows td.id{min-width:4rem}h2,h3{break-after:avoid}
        rect,.dot{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """
}
