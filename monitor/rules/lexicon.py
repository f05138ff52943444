"""What the rules know about words: which symbols, names and surnames are also ordinary words, and what supports them.

Written by hand, folded and in lower case. A missing entry costs precision ("TEAM" as a symbol), a superfluous one
costs recall (the symbol then needs the article to establish it).
"""


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(line.split()) for phrase in text.split(",") if (line := phrase.strip()))


# Words that headlines leave in lower case, and that open sentences before a name.
SMALL_WORDS = word_set("""
    a about after again against all also although amid among an and any are around as at back be because been before
    behind being below between both but by can could despite did do does down during each either even ever every few
    first for from had has have he her here hers him his how however i if in inside instead into is it its just last
    late later latest less like made many may meanwhile might more most much must my near neither never new next no
    nor not now of off on once one only onto or other others our out outside over own per rather s second separately
    she should since so some soon still such t than that the their them then there these they this those though three
    through thus to today tomorrow too toward two under unlike until up upon us versus very via vs was we were what
    when where whether which while who whom whose why will with within without would yes yesterday yet you your
""")

# US symbols of three letters and more that are words or common abbreviations; one or two letters always are.
AMBIGUOUS_SYMBOLS = word_set("""
    ABC ABLE ABLY ACA ACE ACHE ACID ACM ACRE ACT ADD ADHD ADM ADS AES AFP AFTER AGAIN AGE AGED AGENT AGI AGO AHEAD
    AID AIDE AIDS AIM AIR AIS AISLE AKA ALARM ALBUM ALERT ALIAS ALIEN ALIGN ALIKE ALIVE ALL ALLOW ALLOY ALONE ALONG
    ALSO ALT ALTER AMEN AMEX AMID AML AMMO AMONG AMP AMT AND ANGEL ANGER ANGLE ANGRY ANKLE ANTI ANY APART APE API
    APIS APP APPLE APPLY APPS APRIL APRON ARC ARE AREA ARENA ARGUE ARISE ARM ARMED ARMS ARMY AROSE ARRAY ARROW ART
    ASAP ASEAN ASIA ASIDE ASK ASKED ASSET ASX ATE ATM ATOM AUDIO AUDIT AUG AUM AUNT AUTO AVID AVOID AWAIT AWAKE
    AWARD AWARE AWAY AXE AXIS B2B B2C BABY BACK BAD BADGE BAG BAIT BAKE BAKED BALD BALE BALL BAM BAN BAND BANG BANK
    BAR BARE BARK BARN BASE BASIC BASIN BASIS BASS BAT BATH BAY BBC BCE BEACH BEAD BEAK BEAM BEAN BEAR BEARD BEAT
    BEE BEEF BEER BEG BELL BELLY BELOW BELT BENCH BEND BENT BERRY BEST BETA BEV BIAS BID BIG BILL BIN BIND BIO BIRD
    BIRTH BIT BITE BITES BLACK BLADE BLAME BLAND BLANK BLAST BLAZE BLEED BLEND BLESS BLIND BLINK BLISS BLOG BLOOD
    BLOOM BLOW BLUE BOARD BOAT BODY BOIL BOLD BOLT BOMB BOND BONE BONUS BOOK BOOM BOOT BOOTH BORE BORN BOSS BOTH BOW
    BOWL BOX BOXED BOY BRAIN BRAKE BRAND BRASS BRAVE BREAD BREAK BRICK BRICS BRIDE BRIEF BRING BRO BROAD BROKE BRUSH
    BUCK BUD BUG BUILD BULB BULK BULL BUMP BUN BURN BURST BUS BUSY BUTTER BUY BYTE CAB CABLE CAFE CAGE CAGR CAKE
    CALF CALL CALM CAME CAMP CAN CANDY CANE CAP CAR CARD CARE CARGO CARRY CARS CART CARVE CASE CASH CAT CATCH CATO
    CAUSE CAVA CAVE CBA CBDC CBO CBOE CBS CCI CCTV CDC CDR CELL CENT CEO CEOS CFO CFOS CFR CHAIN CHAIR CHALK CHAMP
    CHAOS CHARM CHART CHASE CHAT CHEAP CHECK CHEER CHEF CHESS CHEST CHIEF CHILD CHILL CHIP CHOP CHRO CIA CIO CIOS
    CISO CITY CIVIC CIVIL CLAIM CLAN CLASS CLAW CLAY CLEAN CLEAR CLERK CLICK CLIFF CLIMB CLIP CLOCK CLOSE CLOTH
    CLOUD CLUB CLUE CMO CMS CNA CNC CNN CO2 COACH COAL COAST COAT CODE COIN COKE COL COLD COLE COLOR COM COMB COME
    COMET COMIC COMP CONE COO COOK COOL COP COPY CORD CORE CORN CORP COST COUCH COUNT COURT COVER COW CPA CPI CPU
    CRAB CRACK CRAFT CRANE CRASH CRAZY CREAM CREEK CREW CRIME CRISP CRM CROP CROSS CROWD CROWN CRUDE CRUSH CRY CSS
    CSU CTO CTOS CUBE CUE CUP CURB CURE CURL CURVE CUT CYCLE DAD DAILY DAIRY DAM DAMP DANCE DAO DAOS DARE DARK DART
    DASH DATA DATE DAWN DAY DEA DEAD DEAF DEAL DEAR DEATH DEBT DECK DEEP DEER DEFI DEI DELAY DELTA DEMO DEN DENSE
    DENY DEPTH DESK DGX DICE DID DIE DIET DIG DIRT DISC DISH DISK DIVE DIY DNA DOC DOCK DOCS DOD DOE DOES DOG DOJ
    DOLL DOOR DOSE DOT DOUBT DOW DOWN DOZEN DRAFT DRAG DRAM DRAMA DRAW DREAM DRESS DRINK DRIP DRIVE DROP DRUG DRUM
    DRY DUAL DUCK DUE DUKE DULL DUMP DUO DUST DUTY EACH EAGER EAGLE EAR EARLY EARN EARTH EASE EAST EASY EAT EBIT ECB
    ECHO ECL ECN EDGE EDIT EEOC EGG EGO EIA ELBOW ELDER ELF ELITE EMAIL EMPTY EMR EMT END ENEMY ENJOY ENTER ENTRY
    EPA EPS EQUAL ER ERA ERP ERROR ESG ESPN ESPP ESSAY ETC ETF ETFS ETN EU EURO EVEN EVENT EVER EVERY EVIL EVP EVS
    EXACT EXAM EXCEL EXIST EXIT EXTRA EYE EYES FAA FACE FACT FADE FAIL FAIR FAITH FAKE FALL FALSE FAME FAN FANCY
    FANG FAQ FAQS FAR FARM FAST FAT FATAL FATE FAULT FAVOR FBI FCC FDA FEAR FEAST FED FEE FEED FEEL FELL FELT FENCE
    FERC FETCH FEVER FEW FIBER FIELD FIFA FIFTH FIFTY FIGHT FILE FILL FILM FINAL FIND FINE FIRE FIRM FIRST FISH FIST
    FIT FIVE FIX FIZZ FLAG FLAME FLASH FLAT FLEET FLESH FLEX FLIP FLOAT FLOOD FLOOR FLOUR FLOW FLUID FLUSH FLY FOAM
    FOCUS FOG FOIL FOLD FOLK FOOD FOOL FOOT FOR FORCE FORD FORGE FORK FORM FORT FORTH FORTY FOUND FOUR FOX FRAME
    FRANK FRAUD FREE FRESH FROG FRONT FROST FRUIT FTC FUEL FULL FULLY FUN FUND FUNDS FUNNY FURY FUSE FUSION FYI GAAP
    GAIN GALA GAME GANG GAO GAP GAS GATE GAVE GDP GEAR GEL GEM GEN GENE GENRE GET GHG GHOST GIANT GIFT GIFTS GIRL
    GIS GIVE GLAD GLASS GLOBE GLORY GLOVE GLOW GLP GLUE GMO GOAL GOAT GOD GOES GOLD GOLF GONE GOOD GOT GPS GPT GPU
    GRAB GRACE GRADE GRAIN GRAND GRANT GRAPE GRAPH GRASS GRAVE GRAY GREAT GREED GREEN GREET GREY GRID GRILL GRIM
    GRIP GROSS GROUP GROW GTM GUARD GUESS GUEST GUIDE GUILD GULF GUM GUN GUY GWH HABIT HAD HAG HAIL HAIR HAL HALF
    HALL HALO HALT HAM HAND HANG HAPPY HARD HARM HARSH HAS HASTE HAT HATE HAVE HAWK HAY HBM HBO HDD HE HEAD HEAL
    HEAR HEART HEAT HEAVY HEDGE HEEL HELD HELLO HELP HEN HER HERB HERD HERE HERO HHS HID HIDE HIGH HIKE HILL HINT
    HIP HIRE HIS HIT HIV HOG HOLD HOLE HOLY HOME HON HONEY HONOR HOOD HOOK HOPE HOPS HORN HORSE HOST HOT HOTEL HOUND
    HOUR HOUSE HOW HR HSA HTML HTTP HTTPS HUB HUG HUGE HUGS HULL HUMAN HUMOR HUNG HUNT HURT HUT HVAC IAAS ICE ICO
    ICON ICU IDEA IDEAL IDLE IDR IFRS III ILL IMAGE IMF IMO INC INCH INDEX ING INK INN INNER INPUT INTO IOS IOT IPO
    IPOS IR IRA IRAS IRON IRS ISLE ISP ISSUE IT ITEM ITS IVORY IVY JACK JAIL JAM JAN JAR JAW JAZZ JEANS JEN JET JOB
    JOBS JOE JOIN JOINT JOKE JOY JPEG JSON JUDGE JUICE JULY JUMP JUN JUNE JUNGLE JURY JUST KEEN KEEP KEPT KEY KEYS
    KICK KID KIDS KILL KIN KIND KING KISS KIT KITE KNEE KNEW KNIFE KNIT KNOB KNOCK KNOT KNOW KPI KPIS KWH KYC LAB
    LABEL LABOR LACE LACK LADY LAID LAKE LAMB LAMP LAND LANE LAP LARGE LASER LAST LATE LATER LAUGH LAW LAWN LAWS LAY
    LAYER LAZY LCD LEA LEAD LEAF LEAK LEAN LEAP LEARN LEASE LEAST LEAVE LED LEFT LEG LEGAL LEMON LEND LENS LESS LET
    LEVEL LGBT LID LIDAR LIE LIFE LIFT LIGHT LIKE LIMB LIME LIMIT LINE LINK LION LIP LIST LIT LIVE LIVER LLC LLM
    LLMS LNG LOAD LOAN LOCAL LOCK LOGIC LOGO LOL LONE LONG LOOK LOOP LORD LOSE LOSS LOST LOT LOUD LOVE LOW LOWER
    LOYAL LPG LSE LUCK LUCKY LUNCH LUNG MAD MADE MAGIC MAID MAIL MAIN MAJOR MAKE MAKER MALE MALL MAN MANOR MANY MAP
    MAR MARCH MARGE MARK MARS MASK MASS MAT MATCH MATE MATH MAX MAY MAYOR MBA MD MDA MEAL MEAN MEANT MEAT MED MEDAL
    MEDIA MEET MEGA MELT MEME MEMO MEN MENU MERCY MERGE MERIT MESS MET META METAL MICE MIDST MIGHT MILD MILE MILK
    MILL MIND MINE MINOR MINT MINUS MISS MIST MIX MLB MOB MOD MODE MODEL MOH MOM MONEY MONTH MOOD MOON MORAL MORE
    MOST MOTEL MOTOR MOU MOUNT MOUSE MOUTH MOVE MOVED MOVIE MPG MPH MRI MRNA MTN MUCH MUD MUSIC MUST MWH NAB NAFTA
    NAIL NAKED NAME NAND NASA NATO NAV NAVY NBA NBC NCAA NDA NEAR NECK NEED NERVE NEST NET NEVER NEW NEWS NEWT NEXT
    NFL NFT NFTS NGO NHL NHTSA NICE NICU NIGHT NIH NINE NINTH NLRB NOBLE NOC NODE NOISE NONE NOON NORM NORTH NOSE
    NOT NOTE NOVA NOVEL NOW NPR NPU NRC NSA NSC NURSE NUT NXT NYC NYSE OAK OATH OCEAN ODD ODDS OECD OFF OFFER OFTEN
    OIL OKAY OLD OLED OLIVE OMB OMG ONCE ONE ONION ONLY ONTO OPEC OPEN OPT ORAL ORDER OSHA OTC OTHER OUGHT OUR OUT
    OUTER OVEN OVER OWE OWN OWNER PAAS PACE PACK PAD PAGE PAID PAIN PAINT PAIR PALE PALM PAN PANEL PANIC PAPER PAR
    PARK PART PARTY PASS PASTE PATCH PATH PAUSE PAY PBS PCR PDF PEACE PEACH PEAK PEAR PEARL PEER PEG PEN PENNY PEP
    PER PET PETS PGA PHASE PHD PHEV PHI PHONE PHOTO PIANO PICK PIE PIECE PIG PII PILE PILL PILOT PIN PINE PINK PINS
    PIPE PIT PITCH PIZZA PLACE PLAIN PLAN PLANE PLANT PLATE PLAY PLAYA PLAZA PLC PLOT PLUG PLUS POD POEM POET POINT
    POLAR POLE POLL POLO POND POOL POOR POP POPE PORCH PORT POSE POST POT POUND POWER PPL PR PRESS PRICE PRIDE PRIME
    PRINT PRIOR PRIZE PRO PROBE PROOF PROP PROUD PROVE PTSD PUB PULL PULSE PUMP PUNCH PUPIL PURE PUSH QA QOQ QUAD
    QUEEN QUEST QUEUE QUICK QUIET QUIT QUITE QUIZ QUOTE RACE RADAR RADIO RAGE RAID RAIL RAIN RAISE RALLY RAM RAMP
    RAN RANCH RANGE RANK RAPID RARE RAT RATE RATIO RAW RAY REACH REACT READ READY REAL REALM REAR REBEL RED REFER
    REIT REITS RELAX RELAY RELY REMIT RENEW RENT REP REPAY REPLY RESET REST RFP RIB RICE RICH RIDE RIDER RIDGE RIGHT
    RIGID RING RIOT RIP RIPE RISE RISK RIVAL RIVER RMS ROAD ROAST ROBE ROBOT ROBUST ROCK RODE ROE ROI ROK ROLE ROLL
    ROM ROMAN ROOF ROOK ROOM ROOT ROPE ROSE ROUGH ROUND ROUTE ROW ROYAL RPI RSU RSUS RSVP RUBY RUDE RUG RUIN RULE
    RULER RUM RUN RURAL RUSH RUST SAAS SACK SAD SAFE SAGE SAID SAIL SAINT SAKE SALAD SALE SALT SAME SAN SAND SANDY
    SANE SAP SAT SAUCE SAVE SAY SCALE SCAN SCENE SCOPE SCORE SCOUT SCRAP SDK SDR SEA SEAL SEAT SEC SEE SEED SEEK
    SEEM SEEN SELF SELL SEND SENSE SERVE SET SETUP SEVEN SEW SHADE SHAKE SHALL SHAPE SHARE SHARP SHE SHED SHEEP
    SHEER SHEET SHELF SHELL SHIFT SHINE SHIP SHIPS SHIRT SHOCK SHOE SHOOT SHOP SHORE SHORT SHOT SHOUT SHOW SHUT SICK
    SIDE SIGHT SIGN SILK SILLY SINCE SING SINK SIR SIT SITE SIX SIZE SKILL SKIN SKY SLA SLATE SLEEP SLICE SLIDE SLIM
    SLIP SLM SLOPE SLOT SLOW SMALL SMART SMELL SMILE SMOKE SMR SNAKE SNAP SNOW SOAR SOCK SOFA SOFT SOIL SOLAR SOLD
    SOLE SOLID SOLO SOLVE SOME SON SONG SOON SOP SORRY SORT SOS SOUL SOUND SOUP SOUR SOUTH SPAC SPACE SPACS SPAM
    SPARE SPARK SPEAK SPEED SPELL SPEND SPENT SPICE SPIKE SPIN SPINE SPLIT SPOKE SPOON SPORT SPOT SPRAY SPRY SQL
    SQUAD SRAM SRE SSD STACK STAFF STAGE STAIN STAKE STALE STAMP STAND STAR STARE START STATE STAY STEAK STEAL STEAM
    STEEL STEEP STEER STEM STEP STEW STICK STIFF STILL STING STOCK STONE STOOD STOP STORE STORM STORY STOVE STRAP
    STRAW STRIP STUB STUCK STUDY STUFF STYLE SUB SUCH SUGAR SUIT SUITE SUN SUPER SURE SURGE SVP SWAMP SWAN SWEAR
    SWEAT SWEEP SWEET SWIFT SWIM SWING SWORD TABLE TAG TAIL TAKE TALE TALK TALL TAN TANK TAP TAPE TASK TASTE TAX
    TAXI TBA TBD TEA TEACH TEAM TEAR TECH TEEN TEETH TEL TELL TEM TEN TENSE TENT TERM TERMS TEST TEXT TGIF THANK
    THAT THC THE THEFT THEIR THEM THEME THEN THESE THEY THICK THIEF THIN THING THINK THIRD THIS THOSE THREE THREW
    THROW THUMB TIDE TIDY TIE TIGER TIGHT TILE TIME TIN TINY TIP TIPS TIRE TIRED TITLE TLS TMC TOAST TODAY TOE TOLD
    TOLL TOM TON TONE TOOK TOOL TOOTH TOP TORCH TOTAL TOUCH TOUGH TOUR TOWEL TOWER TOWN TOXIC TOY TPU TPUS TRACE
    TRACK TRADE TRAIL TRAIN TRAIT TRASH TRAY TREAT TREE TREND TRIAL TRIBE TRICK TRIM TRIP TRUCK TRUE TRULY TRUNK
    TRUST TRUTH TRY TUBE TUG TUNE TURBO TURN TWICE TWIN TWIST TWO TYPE UAE UEFA UFC UFO UI UK ULTRA UMC UN UNCLE
    UNDER UNESCO UNION UNIT UNITE UNIX UNTIL UP UPPER UPS UPSET URBAN URGE URL USA USAGE USB USDA USE USER USSR USTR
    USUAL UX VAGUE VALID VALUE VAN VAST VAT VAULT VEIL VEIN VENT VENUE VERB VERSE VERY VEST VET VIA VIDEO VIEW VIP
    VIRAL VIRUS VISA VISIT VITAL VIV VOICE VOID VOTE VPN VPS WAF WAGE WAIT WAKE WALK WALL WANT WAR WARD WARM WARN
    WASH WASTE WATCH WATER WATT WAVE WAY WBC WEAK WEAR WEB WEED WEEK WEIGH WEIRD WELL WEN WENT WERE WEST WET WHALE
    WHEAT WHEEL WHEN WHERE WHICH WHILE WHITE WHO WHOLE WHOSE WIDE WIDOW WIDTH WIFE WIFI WILD WILL WIN WIND WINE WING
    WIPE WIRE WISE WISH WIT WITCH WITH WOKE WOLF WOMAN WOMEN WON WOOD WOOF WOOL WORD WORK WORLD WORRY WORSE WORST
    WORTH WOULD WOUND WOW WRAP WRIST WRITE WRONG WROTE WTC WTO XXX XYZ YARD YARN YEAR YES YET YIELD YOU YOUNG YOUR
    YOURS YOUTH YOY YTD YUM ZEAL ZEN ZERO ZIM ZINC ZIP ZONE ZOO ZOOM
""")

# One-word company names that are also common words, or names of other things at least as well known.
AMBIGUOUS_NAMES = word_set("""
    indeed nothing everything something
    adept affirm alliance ally alphabet amber anthem apollo apple arc arm asana aurora base beam benchmark beyond
    block bolt box brother bumble byte cable cadence canon capital case caterpillar character charter chase chime
    circle citadel citizens clarity claude clover coach cohere columbia compass continental core coupling cruise delta
    discord discover dodge dove eagle elastic element epic evolve express fidelity figure first flex fly focus fox
    frontier fuse gap gemini general glean globe grab gravity guess gusto harvey hinge honor impossible index
    inflection intuitive jaguar key kraft kraken lemonade line linear link lotus lucid mars match matter mercury meta
    mint mistral monday monster mosaic nest nothing notion nova oracle orange orbit oscar palm paramount perplexity
    phoenix pilot pivot plaid plug principal progressive pure ram ramp range raven reach regions render resolve rigid
    ring ripple rocket root runway sage scale sea seat segment sequoia sharp shell shield signal slack smart snap
    snowflake south southwest spark spirit spring sprint sprout square stability staples stem stripe subway sun target
    telegram tether threads tide tiger toast total trade travelers trip twist united unity universal vanguard verge
    virgin visa vista void wave wise wish zoom
""")

# Names that open a sentence as ordinary words do, whatever verb follows: "Nothing can stop", "Indeed, few".
OPENERS = word_set("""
    all everything first indeed nothing now on once something still
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
LEGAL_SUFFIXES = word_set("""
    ab ag as asa bv co company corp corporation gmbh inc incorporated kgaa kk limited llc llp lp ltd nv oyj plc pte
    pty sa sas se spa srl
""")


def without_endings(words: tuple[str, ...], endings: frozenset[str]) -> tuple[str, ...]:
    """The words without those of `endings` that they end with; one stays in any case."""
    while len(words) > 1 and words[-1] in endings:
        words = words[:-1]
    return words


# Belongs to a legal name, too, but as well to the name of something else.
WEAK_SUFFIXES = word_set("group holding holdings platforms")

# Products and units: "Apple Watch" and "Meta Platforms" are those firms, while "Target Hospitality" is another.
BRAND_WORDS = word_set("""
    ai arcade card cloud connect database direct facebook fusion instagram intelligence iphone labs llama maps music
    netsuite pay platforms plc quest ray reality store stores superintelligence tv vision watch web whatsapp
""")

# After a name these make it that of a place or a school.
PLACES = word_set("""
    academy airport arena avenue ballpark boulevard bridge center centre church college county court creek district
    field fieldhouse garden gardens hall highway hospital island lake library mall mountain museum park plaza raceway
    river road school stadium street theater theatre township university valley village
""")

HONORIFICS = word_set("dame dr gov hon judge justice lady lord madam miss mr mrs ms prof rep sen sir")
TITLES = word_set("""
    analyst billionaire boss ceo cfo chair chairman chairwoman chief cio co-founder cofounder commissioner coo cto
    director dr economist exec executive founder gov governor investor judge justice lady lord madam minister mogul mr
    mrs ms officer owner partner president prime prof professor rep representative secretary sen senator sir treasurer
    tycoon vp
""")
TIMES = word_set("""
    apr april aug august autumn dec december feb february friday jan january jul july jun june mar march may monday
    nov november oct october saturday sep sept september spring summer sunday thursday tuesday wednesday winter
""")

DETERMINERS = word_set("""
    a an another any each every her his it its more most my no our so that the their this too very your
""")

# Common given names: they tell "Kimbal Musk" from "When Musk".
GIVEN_NAMES = word_set("""
    aaron abigail adam adrian ahmed alan albert alec alex alexander alexandra alexis alfred ali alice alicia allison
    amanda amy ana andrea andreas andrew andy angela ann anna anne anthony antonio arjun arnold arthur arvind ashley
    audrey austin barack barbara barry beatrice ben benjamin bernard beth betty beverly bill billy bob bobby brad
    bradley brandon brenda brent brett brian bruce bryan caleb cameron carl carla carlos carol caroline carolyn
    catherine cathie cathy chad charles charlie charlotte cheryl chloe chris christian christina christine christopher
    cindy claire clara cole colin connor craig crystal cynthia dan daniel danielle danny darren dave david dawn dean
    deborah debra denise dennis derek diana diane diego dmitry don donald donna dorothy doug douglas dylan earl ed
    eddie edgar eduardo edward elaine eleanor elena eli elijah elizabeth ella ellen elliot elon emily emma eric erica
    erik erin errol ethan eugene eva evan evelyn felix fernando fiona florian frances francis francisco frank franz
    fred frederick gabriel gareth gary gavin geoff george gerald gina glen glenn gloria gordon grace graham grant greg
    gregory guillaume gwen hannah hans harold harrison harry harvey heather hector heidi helen helena henry herbert
    holly howard hugh ian igor irene isaac isabel ivan jack jackie jacob jaime jake james jamie jan jane janet janice
    jared jason javier jay jean jeff jeffrey jenna jennifer jenny jensen jeremy jerome jerry jesse jessica jim jimmy
    joan joanna joe joel johan johanna john johnny jon jonathan jordan jorge jose joseph josh joshua joyce juan judith
    judy julia julian julie justin karen karl kate katherine kathleen kathy katie keith kelly ken kenneth kevin kim
    kimbal kimberly kirk klaus kristen kurt kyle lance larry laura lauren laurene lawrence leah lee leo leon leonard
    leslie lewis liam linda lisa lloyd logan lori louis louise lucas lucy luis luke lynn madison malcolm marc marco
    marcus margaret maria marie marilyn mario marissa mark marta martha martin mary masayoshi matt matthew maureen max
    maxwell maye megan melinda melissa michael michelle miguel mike miles mohamed mohammed molly monica nancy naomi
    natalie nathan neil nicholas nick nicole nigel nikola noah nora norman oliver olivia oscar otto pablo pamela pat
    patricia patrick paul paula pedro peggy peter phil philip phillip phyllis pierre priscilla rachel rafael raj ralph
    randi randy ray raymond rebecca ricardo richard rick rita rob robert roberta roberto robin rodney roger roland ron
    ronald rosa rosie ross roy russell ruth ryan sally sam samantha samuel sandra sara sarah satya scott sean
    sebastian sergey seth shane shannon sharon shawn sheila sheryl shirley simon sofia sophia sophie stan stanley
    stefan stella stephanie stephen steve steven stuart sue sundar susan suzanne sylvia tara taylor ted teresa terry
    theodore theresa thomas tiffany tim timothy tina todd tom tommy toni tony tosca tracy travis trevor tyler ursula
    valerie vanessa vera vernon veronica victor victoria vijay vincent virginia vivian vladimir walter wanda warren
    wayne wendy wesley will william willie xavier yuri yvonne zachary zoe
""")

# Surnames that are common words: only with a capital that means something.
COMMON_SURNAMES = word_set("""
    ball banks barber bell berry best bird bishop black blue bond boss bowman bridge brooks brown buffer bull burns
    bush butcher butler camp case cash chance chase church clay cliff coal cook cooper cross cuban dale dash day dean
    dell dollar drew drummer duke dyer earl east farmer field fields fish fisher fleet flint flood flowers ford forest
    fox frank frost fuller garland gates gold good grace grant gray green grey grove guy hall hammer hand hart head
    heath hill holiday holland hook hope house hunt hunter ice jobs judge keen key king knight lake land lane law lay
    leach lemon light lily little lock long lord love low ma marsh mason may mead mills miner moody moon moss myers
    nail new newman noble north page painter park parks parson peace pearl penny piper place pool poor pope porter
    post potter power powers price prince rain read reed reeves rice rich rivers rock rose rowe rush sage sands savage
    sharp shepherd short singer small smart smith snow son song south spear speed spring star steel sterling stern
    stone storm street strong summer summers sun swift tan tang taylor town turner underwood wall ward waters way
    weaver webb wells west wheeler white wild winter wise wolf wood woods worth yellow young
""")
# Directly after a capitalised word at the start of a sentence these make it a person.
PERSON_VERBS = word_set("""
    acknowledged added adds also announced appeared argued argues asked became believes called claimed conceded
    confirmed declined denied described did does expects explained founded had has insisted is joined left met noted
    owns pointed predicted promised quipped replied resigned responded revealed said saw says sold spoke stated
    stepped suggested suggests telling tells testified thinks told took tweeted urged wants warned warns was went will
    wrote
""")
# Words that a topic means only in capitals: "US export" is not "us".
CAPITALS_ONLY = word_set("am are as at be do go he hr i if in is it me my no on or so to up us we who")

NAME_PARTICLES = word_set("al bin da de del della den der di dos du el ibn la le ter van von zu")
GENERATIONS = word_set("jr sr ii iii iv")

# How compounds begin and end that are also written as two words: "data center", "start-up", "chip maker".
COMPOUND_FIRST = word_set("""
    air anti auto back bio block brand broad bull bear cash chip cloud co crypto cyber data drug e eco electro fiber
    fibre fin flash gas gene gig giga ground hand hard head health hedge high home house hydro hyper inter key land
    lap law life light litho lock market mega meta micro mid mini mobile mono motor multi nano neo net news non note
    nuclear oil omni open over pay petro photo plat power pre price pro proto quantum rail real ride robo rocket
    sales satellite screen self semi share ship shop short side smart soft solar space spin stable start steel stock
    store sub super supply tele text thermo touch trade trans turbo ultra under uni video view voice wall ware water
    wave web whistle wide wind wire work world
""")
PARTICLES = word_set("away back down in off out over up")
COMPOUND_LAST = word_set("""
    back bank base board bot box breaker broker build builder builders care cast center centre chain chip coin
    computer computing craft currency day driver drop end exchange fall farm field fit flow force fund gate ground
    guard holder hub keeper lance land leak less lift light line list load lock maker making man market mart media
    miner mining net note off on out over pad page paper path pay payer phone plan plane plant play point port power
    print proof ride ring rise room run scale scaler security setter share sharing sheet shift ship shop shoring site
    space spend split stock stop storage storm stream suit switch tech tail time top trade trader trading up view wall
    ware warehouse watch wave way wear web wide wire word work worker works world worth yard
""")
