// The same facts, about the same size, as our NewsItem.Drafted and NewsItem.Published.
const SENTENCES = [
  "Burmistrzowie rozmawiali o wspólnych projektach i o wymianie doświadczeń między urzędami.",
  "Mieszkańcy mogą zgłaszać uwagi do projektu do końca miesiąca, osobiście albo przez internet.",
  "Przebudowa drogi obejmie także chodniki, odwodnienie i oświetlenie przejść dla pieszych.",
  "Gmina złożyła wniosek o dofinansowanie ze środków europejskich na lata 2021–2027.",
  "Nowa sala gimnastyczna będzie służyć uczniom przed południem, a klubom sportowym wieczorem.",
  "Wykonawca ma sześć miesięcy na oddanie inwestycji; plac budowy przekazano w poniedziałek.",
];

export function drafted(number) {
  const text = {
    title: `${SENTENCES[number % 6].slice(0, 60)} (${number})`,
    lead: SENTENCES[(number + 1) % 6],
    body: SENTENCES.join("\n\n"),
    language: "pl",
    translations: [],
    tags: ["drogi", "szkoły"],
    author_unit: "Urząd Gminy",
    source_url: null,
    attachments: [],
    mentions: [],
  };
  const rendering = { body_html: SENTENCES.map((one) => `<p>${one}</p>\n`).join(""), translations: [] };
  return { type: "Drafted", data: { municipality: "100101", slug: `aktualnosc-${number}`, text, rendering } };
}

export function published() {
  return { type: "Published", data: { on: "2025-08-13", initial_views: 0 } };
}
