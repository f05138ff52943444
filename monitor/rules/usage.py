"""How articles use the name of a firm: what firms do, what belongs to them, and who is named beside them.

Written by hand, folded and in lower case. Beside a name that is also a common word these show that the firm is meant.
"""

from monitor.rules.lexicon import word_set

# What firms do in the news: "Apple unveils", "Meta to lay off", "Oracle has agreed", "Arm is considering".
_DEEDS = word_set("""
    accelerate accuse acquire add adjust adopt advance agree aim announce appeal appoint approve argue ask attract
    avert avoid back beat bet bid blame block boost borrow bring build buy call cancel challenge claim clash climb
    clinch close collaborate combine commit compete complete concede confirm consider contest court create cut debut
    decline defend delay deliver demand deny deploy develop disclose discontinue dismiss dispute ditch divest dominate
    donate double drop dump eclipse eliminate embrace emerge employ enable end enlist enter erase estimate evaluate
    exceed exit expand expect explore extend eye face fail fall file fire flag follow forecast form fund gain get give
    go grapple grow halt hike hire hit hold hope host ignore implement improve increase inch infringe inject ink
    insist integrate intend introduce invest investigate join jump keep kick kill lag land launch lay lead leap lease
    leave let license lift list lobby lose lower make meet merge miss move mull name near negotiate offer offload open
    oppose order oust outline outpace outperform outspend overhaul overtake owe own partner pause pay pick plan plead
    pledge plot plunge poach post postpone prepare prevail probe produce promise promote propose prove provide pull
    purchase pursue push quit race raise rally ramp reach ready reassure rebound rebrand rebuff recall receive recover
    recruit reduce refuse regain reject release rely remain remove rename renew reopen replace reply report repurchase
    request resist resolve respond restart restate restore restructure resume retain retire retreat return reveal
    reverse revise revive rise roll sack sag say scale scrap secure see seek sell send set settle shake shed shelve
    ship shrink shut sign sink skip slash slide slip slow slump snag soar spend spin split start stay step stop strike
    struggle submit sue suffer supply support surge surpass suspend swap swing tackle take talk tap team tell test
    threaten tighten top tout trade trail trim triple tumble turn unload unveil urge use value vow want warn weigh win
    withdraw work write
""")


def _past(verb: str) -> set[str]:
    irregular = _IRREGULAR_PAST.get(verb)
    if irregular:
        return set(irregular.split("/"))
    if verb.endswith("e"):
        return {f"{verb}d"}
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return {f"{verb[:-1]}ied"}
    return {f"{verb}ed", f"{verb}{verb[-1]}ed"}


def _third(verb: str) -> str:
    if verb.endswith(("s", "x", "z", "ch", "sh")) or verb == "go":
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}s"


_IRREGULAR = """
    beat beat/beaten, bet bet, bid bid, bring brought, build built, buy bought, cut cut, fall fell/fallen, get got,
    give gave/given, go went/gone, grow grew/grown, hit hit, hold held, keep kept, lay laid, lead led, leap
    leapt/leaped, leave left, let let, lose lost, make made, meet met, outspend outspent, overtake overtook, pay
    paid, plead pleaded/pled, quit quit, rise rose/risen, say said, see saw/seen, seek sought, sell sold, send sent,
    set set, shake shook/shaken, shed shed, shrink shrank/shrunk, shut shut, sink sank/sunk, slide slid, spend
    spent, spin spun, split split, strike struck, swing swung, take took/taken, tell told, win won, withdraw
    withdrew/withdrawn, write wrote/written
"""
_IRREGULAR_PAST = dict(pair.split() for pair in _IRREGULAR.split(","))

INFINITIVES = _DEEDS
_PAST = frozenset(form for verb in _DEEDS for form in _past(verb))
_GOING = frozenset(
    form
    for verb in _DEEDS
    for form in (f"{verb}ing", f"{verb[:-1]}ing" if verb.endswith("e") else f"{verb}{verb[-1]}ing")
)
# After a name these make it a firm, in a headline or a sentence.
DEEDS = _PAST | frozenset(map(_third, _DEEDS))
# After "is", "was", "has", "are" they do: "Apple is said to", "Oracle in talks", "Meta is working".
STATES = _PAST | _GOING | word_set("in near set close under among facing")
AUXILIARIES = word_set("has had is was")
PASSIVES = word_set("""
    acquired added bought broken charged delisted dropped fined investigated listed probed removed replaced sanctioned
    sold split spun sued taken valued
""")
MODALS = word_set("can could may might must should to will would")

# What belongs to a firm: "Apple shares", "Apple's CEO", "shares of Apple", "a stake in Arm".
BELONGINGS = word_set("""
    advertisers deliveries drivers flights passengers pilots plant plants subscribers trucks warehouse warehouses
    analyst analysts app board bonds boss ceo cfo chair chairman chief chips coo cto customers debt deal dividend
    earnings employees engineer engineers exec executive executives executives factory filing founder headquarters hq
    investment investor investors ipo ipos layoffs lawsuit management margins merger outage outlook president profit
    profits results revenue revenues rival rivals rollout sales share shareholder shareholders shares software
    spokesman spokesperson q1 q2 q3 q4 spokeswoman spinoff stake stock stocks stores subsidiary takeover unit users
    valuation workers
""")
# "Sides with Apple", "a deal with Arm", "a lawsuit against Meta", "supplier to Apple".
SIDES = word_set("""
    agreement bet bets case claims clash compete competes competing contract contracts fight fine complaint order
    orders pact partner partners partnership partnering probe ruling settlement side sided sides siding supplier
    suppliers talks ties verdict work worked working works
""")
# Verbs whose object is a firm: "accused Perplexity of", "joined Block"; not so "reports Perplexity", a measure.
_DONE_TO = word_set("""
    accuse acquire ask back ban bar beat blame boost buy challenge court dismiss ditch exit fire follow hire invest
    investigate join lead leave oust overtake own pay poach press probe pursue quit sell settle sue support surpass tell
    threaten urge value warn
""")
OBJECTS = frozenset(form for verb in _DONE_TO for form in _past(verb)) | frozenset(map(_third, _DONE_TO))
# Who comes before a name: "chipmaker Arm", "rival Stripe", "acquire Chime".
CUES_BEFORE = word_set("""
    acquire acquired acquires acquiring against automaker backed bank bought broker buy buying buys carmaker chipmaker
    client clients company competitor conglomerate customer developer drugmaker fintech firm giant insurer join joins
    joined joining leave leaves lender like maker operator owner owns parent partner poach provider publisher rejoin
    retailer rival rivals shares startup start-up subsidiary sue sued sues supplier suppliers titan unicorn upgrade
    upgrades upgraded downgrade downgrades downgraded versus via vs
""")
# In one sentence with a capitalised name these make it a firm, too.
CUES_NEAR = BELONGINGS | word_set("""
    brand exchange issuer manufacturer marketplace platform service services vendor
    acquire acquired acquires acquisition acquisitions antitrust automaker backers billion billions broker
    brokerage buyback buyout capex carmaker chipmaker company company's competitor competitors conglomerate corporate
    designer developer drugmaker earnings enterprise fiscal fintech firm firms forecast funding giant guidance insurer
    lender listing maker makers market-cap million nasdaq nyse operator owner parent percent plc profit provider
    quarter quarterly regulator regulators retailer retailers startup startups start-up supplier suppliers titan
    trillion wall
""")

# A firm rather than a surname: "Tesla Musk" is no one.
CUES_AFTER = BELONGINGS | DEEDS
