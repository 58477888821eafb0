"""Notes in other languages are told from English ones, however foreign the names, the words or the grammar."""

import pytest

from insight_classifier.language import other_language

OTHERS = {
    "de": "Frau Dr. Lindau beginnt bei allen Patienten mit der halben Dosis, weil zwei von ihnen hohe Leberwerte hatten.",
    "fr": "Le professeur ne commence plus ce traitement chez les patients âgés parce que deux d'entre eux ont été hospitalisés.",
    "es": "La doctora dice que no usa el fármaco en las personas mayores porque tuvo dos casos con fiebre.",
    "it": "La dottoressa non usa il farmaco negli anziani perché ha avuto due casi di febbre e non ci sono dati.",
    "pt": "A doutora disse que não usa o medicamento nos idosos porque teve dois casos com febre e não há dados.",
    "nl": "De arts gebruikt het middel niet bij ouderen omdat zij twee gevallen met koorts heeft gezien.",
    "sv": "Läkaren använder inte läkemedlet till äldre eftersom hon har sett två fall med feber.",
    "da": "Lægen bruger ikke midlet til ældre, fordi hun har set to tilfælde med feber, og der findes ingen data.",
    "nb": "Legen bruker ikke legemidlet til eldre fordi hun har sett to tilfeller med feber, og vi vet ikke noe om disse pasientene.",
    "fi": "Lääkäri ei käytä lääkettä vanhuksilla, koska hän on nähnyt kaksi kuumetapausta.",
    "pl": "Pani doktor nie stosuje leku u osób starszych, ponieważ miała dwa przypadki z gorączką i nie ma danych.",
    "cs": "Paní doktorka lék u starších nepoužívá, protože měla dva případy s horečkou a pro tyto pacienty nejsou údaje.",
    "hu": "A doktornő nem használja a szert időseknél, mert két lázas esete volt, és ezekre a betegekre nincs adat.",
    "ro": "Doamna doctor nu folosește medicamentul la vârstnici pentru că a avut două cazuri cu febră.",
    "tr": "Doktor ilacı yaşlılarda kullanmıyor çünkü ateşli iki vaka gördü ve bu hastalar için veri yok.",
    "ru": "Доктор не назначает препарат пожилым, потому что у неё было два случая с лихорадкой.",
    "uk": "Лікарка не призначає препарат літнім людям, бо в неї було два випадки з гарячкою, і немає даних.",
    "ar": "قالت الطبيبة إنها لا تستخدم الدواء لكبار السن لأن لديها حالتين من الحمى.",
    "he": "הרופאה אמרה שהיא לא משתמשת בתרופה אצל קשישים.",
    "el": "Η γιατρός δεν χρησιμοποιεί το φάρμακο στους ηλικιωμένους.",
    "th": "แพทย์ไม่ใช้ยานี้ในผู้สูงอายุเพราะมีไข้สองราย",
    "hi": "डॉक्टर बुज़ुर्गों में यह दवा नहीं देतीं क्योंकि दो मरीज़ों को बुखार हुआ था।",
    "ja": "先生は高齢患者には使わないと話した。発熱が二例あったため。",
    "zh": "医生说她不给老年患者用这个药，因为有两例发热。",
    "ko": "선생님은 발열 사례가 두 건 있어 노인 환자에게 쓰지 않는다고 했다.",
    "und": "ექიმი ამ წამალს ხანდაზმულებში არ იყენებს",
}
ENGLISH = [
    "Prefers indefinite BTKi over ven-based FD for anyone west of the range.",
    "pts >75 get 50 % dose, G-CSF d2, CT q6w, no MRD",
    "la doctora Ibarra so kind she remember me from the congress in Sevilla she say the mechanism video is precioso",
    "I wait two hours in Hospital General. The señoras divide the box, olanzapine is not in the cuadro básico of the state.",
    "Dr. Müller, Universitätsklinikum Köln, and Frau Dr. Lindau (Leberambulanz) asked for the paper on the α-subunit, 5 µg.",
    "Chez Mme Rivoal, Brest: the patients hide the loss of taste, annonce nurse says.",
    "dr wambui nyeri. psoriasis comes to her as fungus. sent by who? clinical officers",
    "SmPC, PV, MOA, ORR, PFS, DOR, AE, MSL, KOL, RWE",
    "Ward 9 shut, noro. Rebook Sept.",
    "Asked her admin for the dock number. Dock 4. Bring boots.",
    "Quoted 先生 once, then went on in English about the dose for the elderly.",
]


@pytest.mark.parametrize("language", OTHERS)
def test_another_language_is_named(language: str) -> None:
    assert other_language(OTHERS[language]) == language


@pytest.mark.parametrize("text", ENGLISH)
def test_english_with_foreign_words_names_and_grammar_is_english(text: str) -> None:
    assert other_language(text) is None


@pytest.mark.parametrize("text", ["", "Hola", "Danke, bis bald", "😀😀😀", "12.03. 10:30", "α-blocker?"])
def test_too_few_words_in_latin_letters_say_nothing(text: str) -> None:
    assert other_language(text) is None


@pytest.mark.parametrize(("text", "language"), [("Привет", "ru"), ("ありがとう", "ja"), ("谢谢", "zh"), ("감사합니다", "ko")])
def test_another_script_says_it_in_one_word(text: str, language: str) -> None:
    assert other_language(text) == language


def test_drug_names_in_latin_letters_do_not_hide_the_script() -> None:
    assert other_language("camdoglutideの投与量についてDr. Satoと相談。") == "ja"


def test_accents_may_be_missing() -> None:
    assert other_language("La doctora dice que no usa el farmaco en mayores porque tuvo dos casos con fiebre y no hay mas datos") == "es"


@pytest.mark.parametrize("text", ["\x00\x01 the", "\ud800", "\u202e" * 50, "<p>&amp;</p>", "𝐛𝐨𝐥𝐝", "x" * 32_000])
def test_odd_text_never_raises(text: str) -> None:
    other_language(text)
