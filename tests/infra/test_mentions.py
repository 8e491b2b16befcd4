import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.mentions import Gazetteer

OPOCZNO = Path(__file__).parents[3] / "shared" / "data" / "opoczno-2025-08-13-spotkanie.txt"

TOWNS = """
100704,Opoczno
100101,Bełchatów
101601,Tomaszów Mazowiecki
106201,Piotrków Trybunalski
101201,Radomsko
102003,Zgierz
100802,Pabianice
101401,Sieradz
106301,Skierniewice
106101,Łódź
102101,Brzeziny
100302,Łask
100607,Koluszki
100611,Tuszyn
100201,Kutno
101901,Zduńska Wola
100501,Łowicz
101301,Rawa Mazowiecka
101709,Wieluń
100108,Zelów
100702,Drzewica
101009,Sulejów
"""
PAIRS = [(terc, name) for terc, name in csv.reader(TOWNS.split("\n")[1:-1])]
TERC = {name: terc for terc, name in PAIRS}


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(PAIRS)


def names(gazetteer: Gazetteer, text: str) -> list[str]:
    known = {terc: name for name, terc in TERC.items()}
    return [known[terc] for terc in gazetteer.mentioned_in(text)]


# In the order of the cases: nominative, genitive, dative, accusative, instrumental, locative.
FORMS = """
Opoczno Opoczna Opocznu Opoczno Opocznem Opocznie
Bełchatów Bełchatowa Bełchatowowi Bełchatów Bełchatowem Bełchatowie
Tomaszów_Mazowiecki Tomaszowa_Mazowieckiego Tomaszowowi_Mazowieckiemu Tomaszów_Mazowiecki \
Tomaszowem_Mazowieckim Tomaszowie_Mazowieckim
Piotrków_Trybunalski Piotrkowa_Trybunalskiego Piotrkowowi_Trybunalskiemu Piotrków_Trybunalski \
Piotrkowem_Trybunalskim Piotrkowie_Trybunalskim
Radomsko Radomska Radomsku Radomsko Radomskiem Radomsku
Zgierz Zgierza Zgierzowi Zgierz Zgierzem Zgierzu
Pabianice Pabianic Pabianicom Pabianice Pabianicami Pabianicach
Sieradz Sieradza Sieradzowi Sieradz Sieradzem Sieradzu
Skierniewice Skierniewic Skierniewicom Skierniewice Skierniewicami Skierniewicach
Łódź Łodzi Łodzi Łódź Łodzią Łodzi
Brzeziny Brzezin Brzezinom Brzeziny Brzezinami Brzezinach
Łask Łasku Łaskowi Łask Łaskiem Łasku
Koluszki Koluszek Koluszkom Koluszki Koluszkami Koluszkach
Tuszyn Tuszyna Tuszynowi Tuszyn Tuszynem Tuszynie
Kutno Kutna Kutnu Kutno Kutnem Kutnie
Zduńska_Wola Zduńskiej_Woli Zduńskiej_Woli Zduńską_Wolę Zduńską_Wolą Zduńskiej_Woli
Łowicz Łowicza Łowiczowi Łowicz Łowiczem Łowiczu
Rawa_Mazowiecka Rawy_Mazowieckiej Rawie_Mazowieckiej Rawę_Mazowiecką Rawą_Mazowiecką \
Rawie_Mazowieckiej
Wieluń Wielunia Wieluniowi Wieluń Wieluniem Wieluniu
Zelów Zelowa Zelowowi Zelów Zelowem Zelowie
Drzewica Drzewicy Drzewicy Drzewicę Drzewicą Drzewicy
Sulejów Sulejowa Sulejowowi Sulejów Sulejowem Sulejowie
"""
TABLE = [
    (line.split()[0].replace("_", " "), form.replace("_", " "))
    for line in FORMS.strip().split("\n")
    for form in line.split()
]


@pytest.mark.parametrize(("name", "form"), TABLE)
def test_every_case_of_every_town_is_its_name(gazetteer: Gazetteer, name: str, form: str) -> None:
    for text in (f"spotkanie: {form}, wczoraj", f"{form} zaprasza.", f"WIEŚCI Z {form.upper()}!"):
        assert names(gazetteer, text) == [name]


def test_the_table_has_all_towns() -> None:
    assert {name for name, _ in TABLE} == set(TERC)
    assert len(TABLE) == 22 * 6


@pytest.mark.parametrize(
    "text",
    [
        "Na zalewie pływała łódź, a obok drugiej łodzi stała trzecia.",
        "Łódź motorowa stoi przy pomoście. Łodzie i kajaki czekają.",
        "Brzeziny sosnowe rosną za wsią, a brzeziny nad rzeką.",
        "Rawa jest rzeką, a Rawą płynie woda.",
        "Tomaszów leży nad Pilicą, a Tomaszowa nikt nie zna.",
        "Tomaszów Lubelski i Piotrków Kujawski to inne miasta.",
        "Wola i Stalowa Wola, ale nie zduńska wola.",
        "Powiat opoczyński, Bełchatowski Klub Sportowy i ulica Sieradzka.",
        "Pan Zgierski, pani Radomska-Kutnowska i profesor Łaski.",
        "Pisarz Jan Łowicz i jego brat Krzysztof Sieradz.",
        "Brzeziny Śląskie są dzielnicą Piekar.",
        "Osada leży w Nowym Łowiczu.",
        "Adres: urzad@Opoczno.pl, https://www.Opoczno.pl/Opoczno i Opoczno.pl.",
        "Kutnohorski, Opocznowicz, Bełchatówek, Łaskawa.",
        "Z łaski na uciechę, bez łask.",
        "",
    ],
)
def test_false_friends_are_not_mentions(gazetteer: Gazetteer, text: str) -> None:
    assert names(gazetteer, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Z Bełchatowa do Opoczna i znów do Bełchatowa.", ["Bełchatów", "Opoczno"]),
        ("Linia Łódź–Koluszki, Sieradz/Łask i Tuszyn-Zgierz.", "Łódź Koluszki Sieradz Łask Tuszyn Zgierz".split()),
        ("Tomaszów Maz. i Rawa Maz.", ["Tomaszów Mazowiecki", "Rawa Mazowiecka"]),
        ("do Piotrkowa Tryb. autobusem", ["Piotrków Trybunalski"]),
        ("w Tomaszowie\nMazowieckim", ["Tomaszów Mazowiecki"]),
        ("m. Łódź, gm. Łask, k. Zelowa", ["Łódź", "Łask", "Zelów"]),
        ("Dla Anny Łódź to dom.", ["Łódź"]),
        ("Święto Róży w Kutnie", ["Kutno"]),
        ("Miejski Dom Kultury w Opocznie. Miejska Biblioteka w Łasku.", ["Opoczno", "Łask"]),
        ("„Opoczno” (Bełchatów)", ["Opoczno", "Bełchatów"]),
        ("Łódź", ["Łódź"]),
        ("Brzeziny zapraszają, bo Brzeziny to miasto.", ["Brzeziny"]),
        ("Stara Łódź na fotografii", ["Łódź"]),
    ],
)  # fmt: skip
def test_mentions_come_in_their_order(gazetteer: Gazetteer, text: str, expected: list[str]) -> None:
    assert names(gazetteer, text) == expected


@pytest.mark.skipif(not OPOCZNO.exists(), reason="the town's page is not in the repository")
def test_the_page_of_opoczno_mentions_both_towns(gazetteer: Gazetteer) -> None:
    text = OPOCZNO.read_text(encoding="utf-8")
    assert gazetteer.mentioned_in(text) == [TERC["Opoczno"], TERC["Bełchatów"]]


def test_of_namesakes_those_in_the_publishers_voivodeship_are_meant() -> None:
    gazetteer = Gazetteer(
        [("300702", "Brzeziny"), ("102106", "Brzeziny"), ("102101", "Brzeziny"), ("180303", "Brzostek")]
    )  # fmt: skip
    assert gazetteer.mentioned_in("w Brzezinach", near="100704") == ["102101", "102106"]
    assert gazetteer.mentioned_in("w Brzezinach", near="300101") == ["300702"]
    assert gazetteer.mentioned_in("w Brzezinach", near="020101") == ["102101", "102106", "300702"]
    assert gazetteer.mentioned_in("w Brzezinach") == ["102101", "102106", "300702"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Konstancin-Jeziorna", "Konstancinem-Jeziorną"),
        ("Nowe Miasto nad Pilicą", "Nowym Miastem nad Pilicą"),
        ("Biała Rawska", "Białą Rawską"),
        ("Aleksandrów Łódzki", "Aleksandrowie Łódzkim"),
        ("Wola Krzysztoporska", "Woli Krzysztoporskiej"),
        ("Góra Kalwaria", "Górze Kalwarii"),
        ("Zakopane", "Zakopanem"),
        ("Nieznanów Kolonia", "Nieznanów Kolonia"),
    ],
)
def test_names_of_other_kinds_are_inflected_too(name: str, form: str) -> None:
    assert Gazetteer([("140101", name)]).mentioned_in(f"Byli między {form} a lasem.") == ["140101"]


def test_a_gazetteer_may_be_used_by_several_threads(gazetteer: Gazetteer) -> None:
    texts = [
        f"Jan Łowicz {n} i Łódź motorowa w Bełchatowie, Anna Kutna z Opoczna" for n in range(200)
    ]
    with ThreadPoolExecutor(8) as pool:
        found = set(map(tuple, pool.map(gazetteer.mentioned_in, texts)))
    assert len(found) == 1
