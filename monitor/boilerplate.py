"""What stands in an article without being the article: teasers, share buttons, bylines, disclosures and the like.

They name companies and people that the story is not about, so they are never evidence for a match. Two mistakes are
possible, and both cost: a teaser left in the text rings for nothing, a sentence taken out of it is news that nobody
hears of. So every pattern is anchored to the start of a line or of a sentence, most hold only for short lines, and
each has its look-alikes in the tests. The patterns are English.
"""

import re
from collections.abc import Callable

# Patterns read lines in which typographic quotes and dashes are already plain ones.

# ---------------------------------------------------------------- vocabulary

_STORIES = r"(?:stor(?:y|ies)|articles?|news|coverage|reading|reads?|content|posts?|links?|topics?|videos?|headlines)"
_SITES = (
    r"(?:facebook|twitter|x|linkedin|reddit|whatsapp|telegram|instagram|threads|pinterest|e-?mail|flipboard|bluesky"
    r"|mastodon|youtube|tiktok|google news|apple news|messenger|tumblr|stocktwits)"
)
_WORD = r"(?-i:[A-Z\u00c0-\u00de][\w.'-]{0,30}|de|da|del|van|von|der|den|la|le|bin|al|el|di)"
_PERSON = rf"{_WORD}(?: {_WORD}){{1,4}}"
# "By Tuesday", "By the end of 2025": a time, not an author.
_TIME = (
    r"(?:(?:early|late|mid|next|last|this|the|end|new|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|christmas|easter"
    r"|thanksgiving|spring|summer|autumn|fall|winter|noon|midnight|q[1-4]|h[12])\b|\d)"
)
_IMAGE = r"(?:photo|photograph|photographer|image|picture|illustration)s?"

# Announces other stories, or a remark aside, when a colon follows at the start of a line or of a sentence.
_TEASER = (
    rf"(?:see also|see more|popular|latest|what to watch next|most (?:read|popular|viewed)"
    rf"|read also|also read|also see|read next|read more|read on|now read|must[- ]reads?|up next|icymi"
    rf"|in case you missed it|related(?: {_STORIES})?|trending(?: now| {_STORIES})?|don't miss(?: [^:.]{{1,40}})?"
    rf"|you (?:may|might)(?: also)? (?:like|be interested in)|recommended(?: {_STORIES}| for you)?|further reading"
    rf"|more (?:from|on|about) [^:.]{{1,50}}|more {_STORIES}|check this out|what to read next"
    rf"|(?:full )?disclosures?|disclaimers?|about the (?:authors?|writers?|reporters?)"
    rf"|{_IMAGE}(?: (?:credits?|source|by|via|courtesy(?: of)?))?)\s?:"
)
# Alone on a line: a heading over other stories.
_HEADING = re.compile(
    rf"(?:see also|read also|also read|also see|read next|read more|up next|must[- ]reads?|what to read next"
    rf"|keep reading|related|recommended|trending|most (?:read|popular|viewed)|popular now|recommended for you"
    rf"|(?:related|recommended|trending|popular|most (?:read|popular|viewed)|latest|top|more|other|similar|suggested"
    rf"|further|featured|sponsored|promoted) {_STORIES}|trending (?:now|on .{{1,30}})|don't miss|editor'?s'? picks?"
    rf"|you (?:may|might)(?: also)? (?:like|be interested in)|in case you missed it|from (?:around|across) the web"
    rf"|more (?:from|on) [^.]{{1,50}})(?: (?:now|today|this week))?\s?[:\u2026]?",
    re.IGNORECASE,
)
# A heading that takes the paragraph under it with it, as press releases and by-lines end.
_ABOUT = re.compile(r"(?:About|ABOUT) (?P<name>(?:the )?[\w@][^.?!:]{0,70}(?:(?:Inc|Corp|Ltd|Co|plc)\.)?)\s?:?")
_ABOUT_INLINE = re.compile(r"(?:About|ABOUT) (?P<name>[A-Z0-9][\w&.,' -]{1,60}?)(?:\s?[:-])? (?P=name)\b")
_LEGAL = re.compile(
    r"(?:(?:cautionary|special|safe harbor|note|statements?|disclosure|regarding|concerning|on|about|for) ){0,6}"
    r"(?:forward[- ]looking (?:statements?|information)|safe harbor(?: statements?)?)(?: disclaimer)?\s?:?",
    re.IGNORECASE,
)

# ---------------------------------------------------------------- whole lines

# The longest line that each holds for, and how such a line begins; letters in either case but for (?-i:…).
_LINES = (
    # Teasers without a colon: no sentence begins so, or none that is so short and without a full stop.
    (220, r"(?:see|read) also\b|also read\b|read next\b|now read\b"),
    (220, rf"watch(?: now| live| the video)?:|listen(?: now)?:|{_TEASER}"),
    (160, rf"(?:read more|more (?:from|on) \S|more {_STORIES} |related {_STORIES}|trending (?:now|{_STORIES}))[^.]*$"),
    (160, rf"(?:recommended (?:{_STORIES}|for you)|you (?:may|might) also like|don't miss|click here)[^.]*$"),
    (160, r"(?:continue|keep) reading[^.]*$"),
    (80, r"read (?:more|(?:the )?(?:full|original|rest of the) (?:story|article))\b.{0,30}\b(?:here|at|on)\b"),
    (60, r"(?:story|article) continues\b|advertisement$|sponsored(?: content)?$|scroll to continue|skip to"),
    # Share buttons
    (
        160,
        rf"(?:(?:click to )?share(?: (?:this|the|it|article|story|post)\b[^.!?]{{0,40}}?)?|tweet(?: this)?|pin(?: it)?"
        rf"|e-?mail this|like us|find us|join us|connect with us|follow (?:us|me|him|her|them|{_PERSON}|@\w+))"
        rf"(?: {_SITES})? (?:on|via|by|to|at) {_SITES}\b(?!')",
    ),
    (
        120,
        rf"(?:share|tweet|e-?mail|print|comments?|copy link|link copied|share this(?: {_STORIES}| page)?|gift article)"
        rf"(?:[\s,|/\u00b7\u2022]+(?:share|tweet|print|save|copy link|comments?|more|{_SITES}))*\s?:?$",
    ),
    (160, rf"share (?:on|via|to)\s?:?\s*{_SITES}\b"),
    (120, r"sent from (?:my|outlook|mail|yahoo)\b"),
    (120, rf"follow us\b|like us on\b|add us on\b|share this (?:{_STORIES}|page)\b"),
    # Bylines
    (
        180,
        rf"(?:by|written by|story by|words by|posted by|edited by)\s(?!{_TIME}){_PERSON}"
        rf"(?:(?:, and|,| and| &) {_PERSON}){{0,5}}(?:\s?[,|(/\u2022\u00b7-].{{0,100}})?(?<!\.)$",
    ),
    (60, r"(?-i:By (?:Reuters|Bloomberg|AFP|AP|CNBC|Benzinga|Staff|The Associated Press)(?: \w+){0,2}$)"),
    (300, r"(?:additional )?reporting by (?-i:[A-Z])"),
    # Author notes
    (400, r"(?:the )?(?:authors?|writers?) (?:holds?|has|have|owns?|own)\b[^.]{0,80}\b(?:positions?|shares|stocks?)\b"),
    (
        500,
        r"(?:I|we|i/we|(?-i:[A-Z])\S+(?: \S+){0,4}) (?:has|have|holds?|owns?) (?:no|a beneficial|positions?)\b"
        r"[^.]{0,80}\bmentioned\b",
    ),
    (500, r"(?:i/we|i|we) have (?:no|a beneficial)\b[^.]{0,60}\b(?:position|stock)"),
    (500, rf"{_PERSON} (?:has|holds|owns) [^.]{{0,120}}\. the motley fool (?:has|owns|recommends)\b"),
    (500, r"at the time of (?:publication|writing),? [^.]{0,80}\b(?:holds?|held|owns?|owned)\b"),
    (500, r"the motley fool (?:has|owns|recommends)\b|i wrote this article myself\b"),
    (
        500,
        rf"{_PERSON} is an? (?:[\w-]+ ){{0,4}}?(?:reporter|journalist|correspondent|writer|editor|columnist"
        r"|contributor)\b",
    ),
    (300, rf"(?:contact|email|reach|write to|follow) (?:{_PERSON}|the (?:author|reporter)|us|him|her) (?:at|on|via)\b"),
    (300, rf"{_PERSON}.{{0,100}}\b(?:contributed (?:to this|reporting)|wrote this)\b"),
    (
        500,
        r"this (?:article|story|post|content|report|video) (?:was|is|has been) (?:(?:first|originally) published"
        r"|written by|republished|provided|generated|(?:partially )?produced|sponsored|for (?:informational|general)"
        r"|not (?:financial|investment) advice)\b",
    ),
    # Disclosures and credits
    (3000, r"(?:full |analyst's |important )?(?:disclosures?|disclaimers?)\s?:"),
    (3000, r"[^.]{0,200}\bforward-looking statements\b[^.]{0,100}\b(?:within the meaning|litigation reform act)\b"),
    (3000, r"(?:this|certain|some) [^.]{0,100}\b(?:contains?|include|are|constitute) \"?forward-looking statements"),
    (160, rf"{_IMAGE} (?:(?:credits?|source|courtesy)\b|(?:via|by) (?-i:[A-Z]))"),
    (80, r"(?:getty images|shutterstock|ap photo|unsplash)(?:/.{0,60})?$"),
    (160, r".{0,120}[/|(]\s?(?:getty images|shutterstock|ap photo|unsplash|pixabay)\b[^.]{0,30}$"),
    (300, r"market news and data brought to you by\b|[\w.]{2,40} does not provide investment advice\b"),
    # Newsletters, accounts, cookies
    (300, r"sign up (?:for|to|here|now|today)\b|subscribe (?:to|now|today|here|for)\b|enter your e-?mail\b"),
    (300, r"get (?:the|our|your|more|daily)\b[^.]{0,120}\b(?:inbox|newsletters?)\b"),
    (300, r"(?:join|want) (?:our|over|the|more|to)\b[^.]{0,120}\b(?:newsletters?|mailing list|your inbox)\b"),
    (200, r"already a subscriber|create (?:a free|an) account|start your free trial"),
    (200, r"download (?:the|our) [^.]{0,40}\bapp\b"),
    (200, r"(?:log|sign) in to (?:read|continue)\b|cookie (?:policy|settings|preferences)$"),
    (600, r"(?:we|(?:this|our) (?:web)?site)(?: and our partners)? uses? cookies\b|accept (?:all )?cookies\b"),
    (
        600,
        r"by (?:continuing|clicking|using|signing|subscribing|submitting)\b[^.]{0,80}\byou (?:agree|accept|consent"
        r"|acknowledge)\b",
    ),
    # Copyright and the frame of press releases
    (600, r"\u00a9|c\)\s?\d{4}|copyright (?:\u00a9|\(c\)|\d{4})|all rights reserved"),
    (120, r"(?-i:SOURCE:? [A-Z])|contacts?:?$"),
    (80, r"(?:media|press|investors?|investor relations) (?:contacts?|inquiries|relations)\s?:?$"),
    (200, r"view (?:original content|source version)\b|(?:for more information|to learn more), (?:please )?visit\b"),
)
# One expression for each length: a tenth of the calls, and branches that cannot begin so are passed over at once.
_PATTERNS = {
    longest: re.compile("|".join(f"(?:{pattern})" for limit, pattern in _LINES if limit == longest), re.IGNORECASE)
    for longest in dict(_LINES)
}

# ---------------------------------------------------------------- finding

_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_PLAIN = str.maketrans("\u2018\u2019\u201c\u201d\u2010\u2011\u2012\u2013\u2014", "''\"\"-----")
_BULLETS = " \t*\u2022\u00b7\u25aa\u25ba\u25b6\u2192>\u00bb-|([\"'#"
_AT_SENTENCE_START = re.compile(rf"(?<=[.!?\u2026\"')\]])\s{{1,3}}(?P<tail>[(\[]?(?=[A-Z])(?i:{_TEASER}))")
_AT_LINE_START = re.compile(rf"(?=[A-Z])(?i:{_TEASER})")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]?\s+(?=[A-Z\"])")
_NO_FULL_STOP = re.compile(r"(?:\b(?:Inc|Corp|Ltd|Co|U\.S|U\.K)\.|\.\.\.|[^.:\u3002])$")
_LONGEST_HEADING = 200
_LONGEST_TEASER = 300
_LONGEST_TITLE = 140
_MOST_TITLES = 12


def related_spans(text: str, wanted: Callable[[int, int], bool] = lambda _start, _end: True) -> list[tuple[int, int]]:
    """Where `text` (a paragraph a line) is boilerplate: ascending, disjoint spans of code points.

    Whole lines, or the tail of a line from a teaser on ("… on Tuesday. See Also: …"). A heading such as "Related
    stories" takes the titles under it with it, "About NAME" its paragraph. Of lines that are not `wanted`, by their
    span, some boilerplate may be missing; what is said of the others stays the same.
    """
    lines = [(match.start(), _plain(match[0])) for match in _LINE.finditer(text)]
    spans: list[tuple[int, int]] = []
    titles = 0  # how many titles of other stories may still follow
    paragraph = False  # whether this line belongs to the heading above it
    for number, (start, line) in enumerate(lines):
        following = lines[number + 1][1] if number + 1 < len(lines) else ""
        bare = line.lstrip(_BULLETS)
        length = len(line)
        if len(bare) <= _LONGEST_HEADING and _HEADING.fullmatch(bare):
            titles, paragraph = _MOST_TITLES, False
        elif len(bare) <= _LONGEST_HEADING and _heads_paragraph(bare, following):
            titles, paragraph = 0, True
        elif paragraph or (titles and _is_title(line)):
            titles, paragraph = max(0, titles - 1), False
        elif wanted(start, start + length):
            titles, length = 0, _leading(line, bare)
        else:
            titles = 0
            continue
        if length:
            spans.append((start, start + length))
        spans.extend((start + begin, start + end) for begin, end in _tails(line, length))
    return spans


def _plain(line: str) -> str:
    return line if line.isascii() else line.translate(_PLAIN)


def separate(text: str) -> tuple[str, str]:
    """(`text` without its boilerplate, the boilerplate), both a paragraph a line, trimmed, without empty lines."""
    kept: list[str] = []
    related: list[str] = []
    position = 0
    for start, end in related_spans(text):
        kept.append(text[position:start])
        related.append(text[start:end])
        position = end
    kept.append(text[position:])
    return _tidy("".join(kept)), _tidy("\n".join(related))


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def _leading(line: str, bare: str) -> int:
    """How many characters at the start of `line` are boilerplate."""
    if any(len(bare) <= longest and pattern.match(bare) for longest, pattern in _PATTERNS.items()):
        return len(line)
    if _ABOUT_INLINE.match(bare):
        return len(line)
    # A page without paragraphs: the teaser is its first sentence, not the whole of it.
    found = _AT_LINE_START.match(bare)
    return _teaser_end(line, len(line) - len(bare) + found.end()) if found else 0


def _tails(line: str, begin: int) -> list[tuple[int, int]]:
    """Teasers at the start of a later sentence; one in brackets ends with them."""
    spans = []
    while found := _AT_SENTENCE_START.search(line, begin):
        start = found.start("tail")
        bracket = {"(": ")", "[": "]"}.get(line[start])
        closing = line.find(bracket, found.end()) if bracket else -1
        begin = closing + 1 if closing >= 0 else _teaser_end(line, found.end())
        spans.append((start, begin))
    return spans


def _teaser_end(line: str, start: int) -> int:
    """The end of the line, or where that is far, of the sentence."""
    if len(line) - start <= _LONGEST_TEASER:
        return len(line)
    found = _SENTENCE_END.search(line, start)
    return found.start() if found else len(line)


def _is_title(line: str) -> bool:
    return len(line) <= _LONGEST_TITLE and bool(_NO_FULL_STOP.search(line.rstrip("\"')")))


def _heads_paragraph(line: str, following: str) -> bool:
    """Whether `line` is "About NAME" over a profile of NAME, or a legal heading."""
    if _LEGAL.fullmatch(line):
        return True
    found = _ABOUT.fullmatch(line)
    if found is None or len(following) < 40:
        return False
    name = found["name"].lower()
    if name.startswith(("the author", "the company", "us")):
        return True
    # "About That Apple Event" is a headline; a profile names its subject at once, or by its initials.
    words = re.findall(r"[^\W_]+", name)
    opening = re.sub(r"[\W_]", "", following[:150].lower())
    initials = "".join(word[0] for word in words)
    return "".join(words)[:6] in opening or (len(words) > 1 and initials in opening)
