"""Words that stand in so much business news that they say little of what an article is about.

Written by hand, for the time before there are enough articles to count them in, and for those who read few feeds.
"""


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# These say nothing.
SMALL = _word_set("""
    a about after again against all also although am amid among an and another any are around as at back be because
    been before behind being below between both but by can cannot could did do does doing don't down during each
    either else even ever every few for from further get gets getting go goes going got had has have having he her
    here hers him his how however i if in inside instead into is isn't it its itself just last late later latest least
    less let like made make makes making many may me meanwhile might more most much must my near need needs neither
    never new next no nor not nothing now of off on once one only onto or other others our out outside over own per
    quite rather really said same say saying says see seen several shall she should since so some something soon still
    such take taken takes than that the their them themselves then there these they thing things this those though
    three through thus to today tomorrow too took toward towards two under unlike until up upon us use used uses using
    very via vs want wants was way we well went were what when where whether which while who whom whose why will with
    within without won't would yes yesterday yet you your according told tell tells monday tuesday wednesday thursday
    friday saturday sunday january february march april june july august september october november december jan feb
    mar apr jun jul aug sept sep oct nov dec week weeks month months day days year years hour hours early morning
    afternoon evening
""")

# These say little: what companies, markets and those who write of them always have and do.
COMMON = _word_set("""
    ability able access account accounts across act action actually add added addition additional adds advance
    affected agency agree agreed agreement ahead aim aims almost already alone along always american amount analyst
    analysts announce announced announcement announces annual ask asked assets available average away bank banks based
    become began begin beginning believe below best better beyond big bigger biggest billion bln bn board book both
    bring brought build building built business businesses buy buyer buyers buying call called calls came capacity
    capital case cash cent centre center centers ceo chain chair chairman chance change changes charge chief choice
    city clear client clients close closed come comes coming comment commission common companies company compared
    competition competitors consumer consumers continue continued contract contracts control cost costs countries
    country course current currently customer customers cut cuts data deal deals debt decade decision declined degree
    demand details develop developed development did different director directors dollar dollars done double drive
    drop due earlier earned earnings easier economic economy effect effort efforts eight employees end ended enough
    ensure entire equity especially estimate estimates euro euros european event events eventually ever everyone
    example exchange executive executives expand expanded expansion expect expectations expected expects experience
    extra face faces facing fact fall fallen falling falls far fast faster fell figure figures filing final finance
    financial find firm firms first five flat focus follow followed following follows force forecast foreign form
    former forward found four free full fully fund funds future gain gained gains gave general give given gives giving
    global goal good government great group groups grow growing grown growth guidance half hand hands hard head
    headquarters help helped held high higher highest hit hold holders holding holdings home hope hopes host house
    huge idea impact important inc include included includes including income increase increased increases increasing
    independent index industry information initial interest internal international interview invest invested
    investment investments investor investors involved issue issued issues job jobs join joined keep kept key kind
    know known large largely larger largest launch launched launches law lead leader leaders leading leads least leave
    left legal level levels limited line list little local long longer look looking lost lot low lower lowest ltd main
    maker makers making management manager managers market markets matter maximum mean means measure meet meeting
    member members mid million minister minutes mln model models money month monthly morning move moved moves moving
    name named names nasdaq nation national nearly net news night nine note noted number numbers offer offered
    offering offers office officer officers official officials old ones online open opened operate operates operating
    operation operations option order orders output outlook overall paid part parts partner partners party past pay
    paying payment payments people percent percentage perhaps period person place plan planned planning plans plc
    point points policy position possible potential power pre prepared presence present president press previous
    previously price priced prices pricing private probably problem process produce product production products profit
    profits programme program project projects provide provided provider provides public published purchase pushed put
    quarter quarterly question questions quick quickly raise raised range rate rates reach reached read ready real
    reason recent recently record region regular related release released remain remained remains report reported
    reporter reporters reports representative request require required requires research response result results
    retail return returns revenue revenues rise risen rises rising risk risks rival rivals role roll room rose round
    rule rules run running runs sale sales saw scale seat second sector seek seeks sell seller selling senior separate
    separately serve service services set sets seven share shared shareholder shareholders shares short show showed
    shows side sign signed similar simply single site sites six size slightly small smaller sold source sources spend
    spending spokesman spokesperson spokeswoman staff stage stake standard start started starting starts state
    statement states step steps stock stocks stop store stores strategy street strong subject supplier suppliers
    supply support sure system systems target team tech technologies technology ten term terms test thanks think third
    thought thousands time times top total trade traded trader traders trading transaction trillion try trying turn
    turned twice type typically uncertain unit units unveil unveiled unveils user users usual value valued version
    view visit volume wait waiting wall warned went wider win won word words work worked worker workers working works
    world worldwide worth write writes wrote young zero ai artificial intelligence software reuters bloomberg
""")
