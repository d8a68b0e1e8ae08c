//! The words that tell a request from other comments, in lower case.

/// Verbs that a request begins with, in the imperative.
pub(super) const VERBS: &str = "
    accept access add adjust align allow animate answer append apply approximate arrange ask assert assign attach
    average backup begin bring build calculate call capitalise capitalize cast catch center change check choose
    clamp clean clear clip clone close collect color colour combine compare compile complain compress compute
    concatenate configure connect construct continue convert copy count crawl create crop cross cut declare decode
    decompress decorate decrement decrypt deduplicate define delete deposit describe detect determine discard
    display divide do double download draw drop dump echo embed emit empty encode encrypt ensure enumerate erase
    escape estimate evaluate exclude execute exit expand export extend extract fetch fill filter find finish fit fix
    flatten flip fold format generate get give go greet group guess halve handle hash hide highlight implement
    import include increase increment index initialise initialize input insert inspect install instantiate
    interpolate invert iterate join keep label launch let limit link list listen load lock log look lookup loop lose
    lower lowercase make map mark match measure memoise memoize merge minimise minimize mirror mock modify move
    multiply name negate normalise normalize notify obtain open order overwrite pack pad parse partition paste patch
    perform pick ping play plot pop prepare prepend preprocess print process prompt pull push put query quit raise
    randomise randomize rank read receive record recurse redirect reduce register reject reload remove rename render
    repeat replace reply report request reset reshape resize resolve respond restore retrieve retry return reverse
    roll rotate round route run sample save say scale scan schedule scrape search select send serialise serialize
    set shift shorten show shuffle simplify simulate skip slice slugify solve sort spawn split square stack start
    stop store stream strip subclass submit subscribe substitute subtract sum summarise summarize suppress swap
    switch sync synchronise synchronize take tell test time toggle tokenise tokenize trace train transform translate
    transpose traverse trim truncate try turn undo uninstall unpack unwrap unzip update upload uppercase use
    validate vectorise vectorize verify visit wait walk warn watch wipe wrap write yield zip
";

/// Words that may stand before the verb of a request.
pub(super) const LEADS: &str = "
    also and finally first next now please pls then
";

/// Words that a question begins with.
pub(super) const QUESTIONS: &str = "
    how what which who whose why
";

/// Two words that a question or a wish begins with.
pub(super) const WISHES: &[&str] = &[
    "can you",
    "could you",
    "here i",
    "here we",
    "here you",
    "i need",
    "i want",
    "i'd like",
    "let us",
    "still missing",
    "we need",
    "we want",
    "would you",
];

/// Words that a wish begins with.
pub(super) const NEEDS: &str = "
    let's must need now please pls should want
";

/// Things that are asked for by their names, with or without an article: "a function that…", "class Stack".
pub(super) const THINGS: &str = "
    class dataclass decorator enum fixture function functions generator helper loop main method program regex route
    script subclass subclasses test tests
";

/// Words that a note begins with, whatever comes then.
pub(super) const TAGS: &str = "
    attention bug caution deprecated fixme hack important nb nota note notes tbd todo warning xxx
";

/// Words that an explanation begins with.
pub(super) const EXPLAINING: &str = "
    already although because by can't cannot case cf doesn't don't due end example examples hence however i'm if
    isn't it it's its maybe no normally not otherwise our part perhaps probably section see since so sometimes step
    technically that there therefore these they this those though thus unfortunately unless unused usually we you
";

/// Finite verbs that make a sentence tell something.
pub(super) const TELLING: &str = "
    are aren't can can't cannot could did didn't do does doesn't don't had has have is isn't may might must should
    shouldn't was wasn't were will won't would
";

/// Words that a section's title ends with: what is in it.
pub(super) const KINDS: &str = "
    aliases arguments callbacks classes constants decorators definitions errors events exceptions exports fields fixtures
    functions generation globals handlers helpers hooks imports interfaces internals macros methods mixins models modules
    operations operators options parameters properties routes settings tests tools types util utilities utils variables views
";

/// Words that give the reason for something that is done already.
pub(super) const REASONS: &str = "
    already anymore avoid avoids because circumvent compat compatibility could currently deprecated ensure ensures
    facilitate may might our prevent prevents us we we're we've whether workaround would
";

/// Two words that do.
pub(super) const CLAUSES: &[&str] =
    &["in order", "note that", "now that", "so it", "so that", "so the", "so we", "such that"];
