"""English inflection and British and American spelling: a word → every way a topic may find it.

By rule, without a dictionary. Forms that are no word ("centering" has "centeres" beside it) do no harm, since no text
holds them; what matters is that a form of another word ("rat" for "rating") is not made.
"""

import re
from functools import lru_cache

_VOWELS = "aeiouy"
_IRREGULAR = """
    analysis analyses | axis axes | become becomes became becoming | begin begins began begun beginning | break
    breaks broke broken breaking | bring brings brought bringing | build builds built building | buy buys bought
    buying | child children | choose chooses chose chosen choosing | crisis crises | cut cuts cutting | deal deals
    dealt dealing | draw draws drew drawn drawing | drive drives drove driven driving | fall falls fell fallen
    falling | fight fights fought fighting | find finds found finding | foot feet | fly flies flew flown flying |
    freeze freezes froze frozen freezing | get gets got gotten getting | give gives gave given giving | go goes went
    gone going | grow grows grew grown growing | half halves | hold holds held holding | index indexes indices |
    keep keeps kept keeping | knife knives | leaf leaves | lay lays laid laying | lead leads led leading | leave
    leaves left leaving | life lives | lose loses lost losing | make makes made making | man men | matrix matrices |
    meet meets met meeting | mouse mice | pay pays paid paying | person people persons | put puts putting | rise
    rises rose risen rising | run runs ran running | sell sells sold selling | send sends sent sending | set sets
    setting | shelf shelves | shrink shrinks shrank shrunk | shut shuts shutting | spend spends spent spending |
    spin spins spun spinning | split splits splitting | spread spreads spreading | steal steals stole stolen
    stealing | strike strikes struck striking | take takes took taken taking | tell tells told telling | thief
    thieves | tooth teeth | win wins won winning | withdraw withdraws withdrew withdrawn withdrawing | woman women |
    write writes wrote written writing
"""
_IRREGULAR_FORMS = {form: group for words in _IRREGULAR.split("|") for group in [words.split()] for form in group}
_UNINFLECTED = frozenset(
    ["news", "series", "species", "new", "means", "always", "perhaps", "texas", "physics", "economics"]
)
# British and American endings, either way.
_SPELLINGS = [
    ("centre", "center"), ("fibre", "fiber"), ("metre", "meter"), ("litre", "liter"), ("theatre", "theater"),
    ("calibre", "caliber"), ("colour", "color"), ("labour", "labor"), ("favour", "favor"), ("behaviour", "behavior"),
    ("neighbour", "neighbor"), ("harbour", "harbor"), ("honour", "honor"), ("rumour", "rumor"), ("vapour", "vapor"),
    ("flavour", "flavor"), ("armour", "armor"), ("endeavour", "endeavor"), ("tumour", "tumor"), ("defence", "defense"),
    ("licence", "license"), ("offence", "offense"), ("programme", "program"), ("catalogue", "catalog"),
    ("dialogue", "dialog"), ("analogue", "analog"), ("grey", "gray"), ("aluminium", "aluminum"), ("cheque", "check"),
    ("sceptic", "skeptic"), ("artefact", "artifact"), ("sulphur", "sulfur"), ("tyre", "tire"), ("plough", "plow"),
    ("judgement", "judgment"), ("fulfil", "fulfill"), ("enrol", "enroll"), ("cancelled", "canceled"),
]  # fmt: skip
_ISE = re.compile(r"^(\w{3,})(is|iz|ys|yz)(e|er|ers|ation|ations)$")


@lru_cache(maxsize=16384)
def inflections(word: str, *, acronym: bool = False) -> frozenset[str]:
    """All forms of a folded word without case, itself among them; an acronym only takes a plural."""
    if acronym or not word.isalpha() or not word.isascii() or len(word) < 3:
        return frozenset({word, f"{word}s"}) if word.isascii() and not word.isdigit() else frozenset({word})
    if word in _UNINFLECTED:
        return frozenset({word})
    forms = {word}
    for base in _bases(word):
        for spelling in _spellings(base):
            forms |= _forms(spelling)
    return frozenset(forms)


def _bases(word: str) -> set[str]:
    """What `word` may be a form of."""
    bases = {word}
    if word.endswith("ies") and len(word) > 4:
        bases = {f"{word[:-3]}y", word[:-1]}
    elif word.endswith(("ches", "shes", "sses", "xes", "zes")):
        bases = {word[:-2], word[:-1]}
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        bases = {word[:-1]}
    bases |= {
        stem for base in bases for ending in ("ing", "ed") if base.endswith(ending) for stem in _stems(base, ending)
    }
    return bases


def _stems(word: str, ending: str) -> set[str]:
    stem = word.removesuffix(ending)
    if len(stem) < 3 or not any(letter in _VOWELS for letter in stem):
        return set()
    if stem[-1] == stem[-2] and stem[-1] not in "aeiouyls":
        return {stem[:-1]}
    if _is_short(stem):
        return {f"{stem}e"}  # "rating" is of "rate"; of "rat" it would be "ratting"
    return {stem, f"{stem}e"} | ({stem[:-1]} if stem[-1] == stem[-2] == "l" else set())


def _is_short(word: str) -> bool:
    """One syllable that ends in one vowel and one consonant, which is doubled before an ending."""
    return bool(re.fullmatch(r"(?:[^aeiouy]|qu|y(?=[aeiou]))*[aeiouy][^aeiouywx]", word))


def _spellings(base: str) -> set[str]:
    spellings = {base}
    for british, american in _SPELLINGS:
        if base.endswith(british):
            spellings.add(base.removesuffix(british) + american)
        elif base.endswith(american):
            spellings.add(base.removesuffix(american) + british)
    if found := _ISE.match(base):
        stem, middle, ending = found.groups()
        spellings.add(stem + middle.translate(str.maketrans("sz", "zs")) + ending)
    return spellings


def _forms(base: str) -> set[str]:
    if base in _IRREGULAR_FORMS:
        return set(_IRREGULAR_FORMS[base])
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return {base, f"{base[:-1]}ies", f"{base[:-1]}ied", f"{base}ing"}
    plurals = {f"{base}es"} if base.endswith(("s", "x", "z", "ch", "sh")) else {f"{base}s"}
    if base.endswith("ing") or (base.endswith("ed") and not base.endswith("eed")):
        return {base} | plurals
    if base.endswith("e"):
        stems = {base[:-1]} if not base.endswith(("ee", "oe", "ye")) else {base, base[:-1]}
    elif _is_short(base):
        stems = {base + base[-1]}
    elif re.search(r"[^aeiou][aeiou][lmptgrn]$", base):
        stems = {base, base + base[-1]}  # "labelled" and "labeled", "programmed"
    else:
        stems = {base}
    return {base} | plurals | {stem + ending for stem in stems for ending in ("ed", "ing")}
