"""What the rules know about words: which symbols, names and surnames are also ordinary words, and what supports them.

Written by hand, folded and in lower case. A missing entry costs precision ("TEAM" as a symbol), a superfluous one
costs recall (the symbol then needs the article to establish it).
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(line.split()) for phrase in text.split(",") if (line := phrase.strip()))


# Words that headlines leave in lower case, and that open sentences before a name.
SMALL_WORDS = _words("""
    a about after again against all also although amid among an and any are around as at back be because been before
    behind being below between both but by can could despite did do does down during each either even ever every few
    first for from had has have he her here hers him his how however i if in inside instead into is it its just last
    late later latest less like made many may meanwhile might more most much must my near neither never new next no
    nor not now of off on once one only onto or other others our out outside over own per rather s second separately
    she should since so some soon still such t than that the their them then there these they this those though
    three through thus to today tomorrow too toward two under unlike until up upon us versus very via vs was we were
    what when where whether which while who whom whose why will with within without would yes yesterday yet you your
""")

# US symbols of three letters and more that are words or common abbreviations; one or two letters always are.
AMBIGUOUS_SYMBOLS = _words("""
    ABC ABLE ACE ACT ADD ADS AGE AGO AID AIM AIR ALL ALSO AMP AND ANY APE API APP APPS ARC ARE ARM ARMS ART ASIA ASK
    ATM AWAY BAD BALL BAM BAND BANK BAR BARK BASE BATH BEAM BEAT BEST BETA BID BIG BILL BIO BIRD BIT BITE BLUE BOAT
    BOLT BOND BOOM BOOT BOSS BOW BOX BRO BUG BUN BUS BUY CAB CAFE CAKE CALL CALM CAMP CAN CAP CAR CARD CARE CARS
    CART CASE CASH CAT CATO CEO CFO CHAT CHEF CHIP CIA CIO CITY CLUB COAL CODE COIN COLD COLE COM COMP COO COOK COOL
    COP CORN CORP COST COW CPA CPI CPU CRM CRY CTO CUBE CUE CURE CUT DAD DAO DARE DASH DATA DATE DAY DEA DEAL DIG
    DNA DOC DOG DOJ DOOR DOT DOW DRIP DROP DRUG DRY DUE DUO EACH EAR EARN EARTH EAST EAT ECB ECHO EDGE EDIT EGG EGO
    EMAIL END EPA EPS ERA ESG ETC ETF ETFS EURO EVEN EVER EYE EYES FACE FACT FAN FANG FAQ FAR FARM FAST FAT FATE FBI
    FCC FDA FED FEE FEED FEEL FILM FIND FINE FIRE FIT FIVE FIX FIZZ FLAG FLAT FLEX FLOW FLY FOLD FOR FORM FORTY
    FOUR FOX FREE FROG FTC FUEL FUN FUND FUNDS FUSE GAIN GAME GAP GAS GATE GDP GEL GEM GENE GET GIFT GIFTS GLAD GLOW
    GOAL GOLD GOLF GOOD GPS GPU GRAB GREEN GRID GROW GUN HAIL HALO HARD HAS HAT HAWK HE HEAR HEART HEAT HELP HER
    HERO HIGH HIT HOLD HOME HOOD HOOK HOPE HOT HOUR HOUSE HOW HUB HUGE HUGS HUT ICE ICON IDEA III ILL IMF INC ING
    INK INN IOS IPO IPOS IRS ITS JACK JAM JAN JET JOB JOBS JOE JOIN JOY JUMP JUN JUST KEY KEYS KIDS KIND KING LAB
    LAKE LAND LAW LAZY LCD LEAD LED LEG LEND LESS LIFE LIFT LIKE LINE LINK LION LIT LIVE LLC LLM LLMS LOAN LOCK LOGO
    LOOP LOSS LOT LOVE LOW LUCK LUNG MAD MAIN MAKE MAN MAP MARK MARS MASS MAT MATCH MATE MATH MAX MAY MBA MD MED
    MEET MEGA MEME META METAL MIND MINT MOB MOD MODE MOM MOON MORE MOST MOVE MRNA MUST NAIL NASA NATO NET NEW NEWS
    NEWT NEXT NICE NINE NODE NOT NOTE NOVA NOW NSA NUT NYC OFF OIL OLD ONE OPEN OPT ORAL OUR OUT OWN PACE PACK PAD
    PAGE PAIN PAIR PALM PAN PAR PARK PART PASS PATH PAY PEAK PEN PEP PER PET PETS PGA PHD PIN PINE PINK PINS PIPE
    PIT PLAN PLAY PLAYA PLC PLUG PLUS POD POET POOL POP PORT POST POT POWER PR PRO PROP PUB PULL PUMP PURE PUSH QUAD
    QUIZ RACE RAIL RAIN RAM RAMP RAN RARE RAY READ REAL RED REIT RENT REST RICE RICH RIDE RING RIOT RISE RISK ROAD
    ROCK ROLL ROOF ROOM ROOT ROSE RUG RUM RUN RUSH SAFE SAGE SAIL SALE SALT SAND SAP SAVE SAY SCAN SEA SEAT SEC SEE
    SEED SELF SELL SEND SET SHE SHIP SHIPS SHOE SHOP SHOT SHOW SIGN SILK SIR SIT SITE SIX SKIN SKY SLIM SLOW SNAP
    SNOW SOAR SOFT SOIL SOLO SON SONG SOON SOS SPAM SPIN SPOT SPRY STAR STAY STEM STEP STEW STOP SUB SUN SURE SWIM
    TAG TAIL TALK TALL TAN TANK TAP TASK TAX TEA TEACH TEAM TECH TELL TEN TERM TEST TEXT THE THEY TIE TILE TIME TIP
    TIPS TOE TOM TON TOP TOUR TOWN TOY TRAIN TREE TRIP TRUE TRY TUNE TURN TWIN TWO UFO UK UNIT UNIX UP UPS URGE USA
    USB USE VAN VAT VERY VET VIA VIEW VIP VIRAL VISA VOTE VPN WAR WASH WATT WAVE WAY WEB WELL WEN WEST WHO WIFI WIN
    WIND WINE WING WISH WIT WOLF WOMEN WOOD WOOF WOOL WORK WORLD WTO XXX YEAR YES YOU YOUR ZEAL ZERO ZIP ZONE ZOO
""")

# One-word company names that are also common words, or names of other things at least as well known.
AMBIGUOUS_NAMES = _words("""
    adept affirm alliance ally alphabet amber anthem apollo apple arc arm asana aurora base beam benchmark beyond
    block bolt box brother bumble byte cable cadence canon capital case caterpillar character charter chase chime
    circle citadel citizens clarity claude clover coach cohere columbia compass continental core coupling cruise
    delta discord discover dodge dove eagle elastic element epic evolve express fidelity figure first flex fly focus
    fox frontier fuse gap gemini general glean globe grab gravity guess gusto harvey hinge honor impossible index
    inflection intuitive jaguar key kraft kraken lemonade line linear link lotus lucid mars match matter mercury
    meta mint mistral monday monster mosaic nest nothing notion nova oracle orange orbit oscar palm paramount
    perplexity phoenix pilot pivot plaid plug principal progressive pure ram ramp range raven reach regions render
    resolve rigid ring ripple rocket root runway sage scale sea seat segment sequoia sharp shell shield signal slack
    smart snap snowflake south southwest spark spirit spring sprint sprout square stability staples stem stripe
    subway sun target telegram tether threads tide tiger toast total trade travelers trip twist united unity
    universal vanguard verge virgin visa vista void wave wise wish zoom
""")

# A known longer name or phrase hides the name inside it. "&" is kept inside a word and "and" outside one.
HIDING = _phrases("""
    target hospitality, target practice, target audience, target market, target price, price target, target date,
    target range, target rate, apple hospitality, apple pie, apple pies, apple cider, apple juice, apple tree, apple
    trees, apple sauce, apple orchard, apple cake, apple tart, apple crumble, apple valley, apple grower, apple
    growers, apple harvest, apple crop, apple vinegar, big apple, fiona apple, adam's apple, h&r block, block party,
    block parties, block grant, block trade, block chain, oracle of omaha, oracle bone, oracle bones, oracle arena,
    meta analysis, meta analyses, meta analytic, meta description, meta tag, meta tags, meta data, meta materials,
    meta financial, ford foundation, harrison ford, gerald ford, betty ford, doug ford, rob ford, tom ford, henry
    ford, ford's theatre, shell company, shell companies, shell corporation, shell script, shell scripts, shell
    shock, shell egg, times square, union square, madison square, trafalgar square, red square, tiananmen square,
    leicester square, tahrir square, washington square, square foot, square feet, square mile, square miles, square
    metre, square metres, square meter, square meters, square inch, square root, square enix, square kilometre,
    square kilometres, visa application, visa applications, visa applicant, visa applicants, visa holder, visa
    holders, visa waiver, visa program, visa programme, visa programs, visa ban, visa rules, visa fee, visa fees,
    visa overstay, h 1b visa, student visa, golden visa, work visa, tourist visa, us visa, entry visa, gap year, gap
    years, pay gap, gender gap, wage gap, amazon rainforest, amazon river, amazon basin, amazon forest, amazon
    jungle, amazon region, amazon delta, amazon deforestation, amazon tribe, amazon tribes, amazon fires, in the
    amazon, of the amazon, across the amazon, through the amazon, brazilian amazon, peruvian amazon, alphabet soup,
    greek alphabet, latin alphabet, delta variant, delta force, mississippi delta, niger delta, mekong delta, orange
    county, orange juice, agent orange, snap election, snap elections, snap judgment, snap decision, unity
    government, national unity, nikola tesla, tesla coil, tesla coils, tesla magnet, tesla mri, uber rich, wells
    fargo center, chase center, chase field, oracle park, united nations, united states, united kingdom, manchester
    united, united arab emirates, stars and stripes, zoom lens, general assembly, general election, slack tide,
    spring break, circle of life, box office, match day, monday morning, cyber monday, nest egg, jp morgan chase,
    jpmorgan chase, fox news, virgin islands, virgin mary, ring road, ring of fire, unity village, key west, palm
    beach, palm springs, palm oil, capital gains, capital markets, capital punishment, first lady, first republic,
    epic poem, mars rover, mars mission, planet mars, tiger woods, square dance
""")

# What a name may be followed by and still be the firm: its own legal form (as in "Meta Platforms").
LEGAL_SUFFIXES = _words("""
    ab ag as asa bv co company corp corporation gmbh inc incorporated kgaa kk limited llc llp lp ltd nv oyj
    plc pte pty sa sas se spa srl
""")
# Belongs to a legal name, too, but as well to the name of something else.
WEAK_SUFFIXES = _words("group holding holdings platforms")

# Products and units: "Apple Watch" and "Meta Platforms" are those firms, while "Target Hospitality" is another.
BRAND_WORDS = _words("""
    ai arcade card cloud connect database direct facebook fusion instagram intelligence iphone labs llama maps music
    netsuite pay platforms plc quest ray reality store stores superintelligence tv vision watch web whatsapp
""")

HONORIFICS = _words("dame dr gov hon judge justice lady lord madam miss mr mrs ms prof rep sen sir")
TITLES = _words("""
    analyst billionaire boss ceo cfo chair chairman chairwoman chief cio co-founder cofounder commissioner coo cto
    director dr economist exec executive founder gov governor investor judge justice lady lord madam minister mogul
    mr mrs ms officer owner partner president prime prof professor rep representative secretary sen senator sir
    treasurer tycoon vp
""")
TIMES = _words("""
    apr april aug august autumn dec december feb february friday jan january jul july jun june mar march may monday
    nov november oct october saturday sep sept september spring summer sunday thursday tuesday wednesday winter
""")

# Beside a name these make it a company: after it ("Apple shares"), or before it ("chipmaker Arm").
CUES_AFTER = _words("""
    acquired acquires acquiring adds adjusts agreed agrees aims announce announced announces announcing appointed
    appoints argued beat beats bonds boosted boosts bought buys ceo cfo chief confirmed confirms coo cto customers
    cuts debuted declined denied denies disclosed discloses earnings employees engineers executive executives
    expects faced faces filed files forecast forecasts founder gained gains hiking hired hires hq inked introduced
    introduces invested investors invests jumped launch launched launches launching lawsuit layoffs lost missed
    misses opened ordered outage paid partnered partners plans plunged posted posts president profit profited
    profits promised raised raises ramps reached rejected released releases reported reports results revenue
    revenues rival said sales says sees sells settled settles shareholders shares shed signed signs slashed slumped
    soared software sold spends spokesman spokesperson spokeswoman stock stocks subsidiary sued sues surged swings
    told tops traded trimmed tumbled unit unveil unveiled unveiling unveils users valuation warned warns wins won
""")
CUES_BEFORE = _words("""
    acquire acquired acquires automaker bank bought broker buys carmaker chipmaker company conglomerate developer
    drugmaker firm giant insurer lender maker operator owner parent provider retailer rival shares stake start-up
    startup subsidiary sued supplier titan
""")
# Near a name with a capital in mid-sentence these make it a company, too.
CUES_NEAR = (
    CUES_AFTER
    | CUES_BEFORE
    | _words("""
    acquisition analyst analysts antitrust app apps bid billion business buyback capex chatbot competitor
    competitors datacenter deal debt device devices dividend earnings fiscal guidance iphone ipo market markets
    merger million nasdaq nyse operating percent platform product products quarter quarterly regulator regulators
    rivals share smartphone supplier suppliers tech technology ticker trading wall workforce
""")
)

# "Meta to spend billions" and "Apple will launch" are the firms.
INFINITIVES = _words("""
    acquire add appeal buy buyback close cut debut delist double expand fire halt hike hire invest join launch lay let
    list make merge offer open pay post raise refund release remove replace report restate restructure sell settle ship
    slash spend spin split start stop sue supply suspend triple unveil
""")
DETERMINERS = _words("a an another any each every her his its my no our that the their this your")

# Common given names: they tell "Kimbal Musk" from "When Musk".
GIVEN_NAMES = _words("""
    aaron abigail adam adrian ahmed alan albert alec alex alexander alexandra alexis alfred ali alice alicia allison
    amanda amy ana andrea andreas andrew andy angela ann anna anne anthony antonio arjun arnold arthur arvind ashley
    audrey austin barack barbara barry beatrice ben benjamin bernard beth betty beverly bill billy bob bobby brad
    bradley brandon brenda brent brett brian bruce bryan caleb cameron carl carla carlos carol caroline carolyn
    catherine cathie cathy chad charles charlie charlotte cheryl chloe chris christian christina christine
    christopher cindy claire clara cole colin connor craig crystal cynthia dan daniel danielle danny darren dave
    david dawn dean deborah debra denise dennis derek diana diane diego dmitry don donald donna dorothy doug douglas
    dylan earl ed eddie edgar eduardo edward elaine eleanor elena eli elijah elizabeth ella ellen elliot elon emily
    emma eric erica erik erin errol ethan eugene eva evan evelyn felix fernando fiona florian frances francis
    francisco frank franz fred frederick gabriel gareth gary gavin geoff george gerald gina glen glenn gloria gordon
    grace graham grant greg gregory guillaume gwen hannah hans harold harrison harry harvey heather hector heidi
    helen helena henry herbert holly howard hugh ian igor irene isaac isabel ivan jack jackie jacob jaime jake james
    jamie jan jane janet janice jared jason javier jay jean jeff jeffrey jenna jennifer jenny jensen jeremy jerome
    jerry jesse jessica jim jimmy joan joanna joe joel johan johanna john johnny jon jonathan jordan jorge jose
    joseph josh joshua joyce juan judith judy julia julian julie justin karen karl kate katherine kathleen kathy
    katie keith kelly ken kenneth kevin kim kimbal kimberly kirk klaus kristen kurt kyle lance larry laura lauren
    laurene lawrence leah lee leo leon leonard leslie lewis liam linda lisa lloyd logan lori louis louise lucas lucy
    luis luke lynn madison malcolm marc marco marcus margaret maria marie marilyn mario marissa mark marta martha
    martin mary masayoshi matt matthew maureen max maxwell maye megan melinda melissa michael michelle miguel mike
    miles mohamed mohammed molly monica nancy naomi natalie nathan neil nicholas nick nicole nigel nikola noah nora
    norman oliver olivia oscar otto pablo pamela pat patricia patrick paul paula pedro peggy peter phil philip
    phillip phyllis pierre priscilla rachel rafael raj ralph randi randy ray raymond rebecca ricardo richard rick
    rita rob robert roberta roberto robin rodney roger roland ron ronald rosa rosie ross roy russell ruth ryan sally
    sam samantha samuel sandra sara sarah satya scott sean sebastian sergey seth shane shannon sharon shawn sheila
    sheryl shirley simon sofia sophia sophie stan stanley stefan stella stephanie stephen steve steven stuart sue
    sundar susan suzanne sylvia tara taylor ted teresa terry theodore theresa thomas tiffany tim timothy tina todd
    tom tommy toni tony tosca tracy travis trevor tyler ursula valerie vanessa vera vernon veronica victor victoria
    vijay vincent virginia vivian vladimir walter wanda warren wayne wendy wesley will william willie xavier yuri
    yvonne zachary zoe
""")

# Surnames that are common words: only with a capital that means something.
COMMON_SURNAMES = _words("""
    ball banks barber bell berry best bird bishop black blue bond boss bowman bridge brooks brown buffer bull burns
    bush butcher butler camp case cash chance chase church clay cliff coal cook cooper cross cuban dale dash day
    dean dell dollar drew drummer duke dyer earl east farmer field fields fish fisher fleet flint flood flowers ford
    forest fox frank frost fuller garland gates gold good grace grant gray green grey grove guy hall hammer hand
    hart head heath hill holiday holland hook hope house hunt hunter ice jobs judge keen key king knight lake land
    lane law lay leach lemon light lily little lock long lord love low ma marsh mason may mead mills miner moody
    moon moss myers nail new newman noble north page painter park parks parson peace pearl penny piper place pool
    poor pope porter post potter power powers price prince rain read reed reeves rice rich rivers rock rose rowe
    rush sage sands savage sharp shepherd short singer small smart smith snow son song south spear speed spring star
    steel sterling stern stone storm street strong summer summers sun swift tan tang taylor town turner underwood
    wall ward waters way weaver webb wells west wheeler white wild winter wise wolf wood woods worth yellow young
""")
# Directly after a capitalised word at the start of a sentence these make it a person.
PERSON_VERBS = _words("""
    acknowledged added adds also announced appeared argued argues asked became believes called claimed conceded
    confirmed declined denied described did does expects explained founded had has insisted is joined left met noted
    owns pointed predicted promised quipped replied resigned responded revealed said saw says sold spoke stated
    stepped suggested suggests telling tells testified thinks told took tweeted urged wants warned warns was went
    will wrote
""")
# Words that a topic means only in capitals: "US export" is not "us".
CAPITALS_ONLY = _words("am are as at be do go he hr i if in is it me my no on or so to up us we who")

NAME_PARTICLES = _words("al bin da de del della den der di dos du el ibn la le ter van von zu")
GENERATIONS = _words("jr sr ii iii iv")

# How compounds begin and end that are also written as two words: "data center", "start-up", "chip maker".
COMPOUND_FIRST = _words("""
    air anti auto back bio block brand broad bull bear cash chip cloud co crypto cyber data drug e eco electro fiber
    fibre fin flash gas gene gig giga ground hand hard head health hedge high home house hydro hyper inter key land
    lap law life light litho lock market mega meta micro mid mini mobile mono motor multi nano neo net news non note
    nuclear oil omni open over pay petro photo plat power pre price pro proto quantum rail re real ride robo rocket
    sales satellite screen self semi share ship shop short side smart soft solar space spin stable start steel stock
    store sub super supply tele text thermo touch trade trans turbo ultra under uni video view voice wall ware water
    wave web whistle wide wind wire work world
""")
COMPOUND_LAST = _words("""
    back bank base board bot box breaker broker build builder builders care cast center centre chain chip coin
    computer computing craft currency day driver drop end exchange fall farm field fit flow force fund gate ground
    guard holder hub keeper lance land leak less lift light line list load lock maker making man market mart media
    miner mining net note off on out over pad page paper path pay payer phone plan plane plant play point port power
    print proof ride ring rise room run scale scaler security setter share sharing sheet shift ship shop shoring site
    space spend split stock stop storage storm stream suit switch tech tail time top trade trader trading up view wall
    ware warehouse watch wave way wear web wide wire word work worker works world worth yard
""")
