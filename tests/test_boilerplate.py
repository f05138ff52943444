import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.boilerplate import related_spans, separate

STORY = (
    "Meta Platforms released its newest Llama model on Tuesday. The company said that it powers Meta AI in Facebook, "
    "Instagram and WhatsApp, and that it will keep spending on data centers."
)

BOILERPLATE = [
    "See also: Microsoft's new chip",
    "See Also: Microsoft’s AI Push Explained",
    "SEE ALSO: Microsoft Stock Is Falling",
    "See also Microsoft's results",
    "Read Also: Why Microsoft Is Worried",
    "Read also — Amazon opens a data center",
    "Read Also Microsoft CEO on AI spending",
    "Read Next: Apple's Big Bet",
    "Read more: Tesla recalls two million cars",
    "Read more about Nvidia's chips here",
    "Read More on NVDA",
    "→ Read more: Tesla recalls two million cars",
    "[Read more: Tesla recalls two million cars]",
    "Related: Oracle to cut jobs",
    "Related stories: Oracle to cut jobs",
    "Trending Now: Intel's comeback",
    "Trending now",
    "More from Benzinga",
    "More From TechCrunch: Intel's comeback",
    "Don't miss: Buffett sells Apple",
    "Don’t miss these stories from CNBC PRO",
    "Also read: Buffett sells Apple",
    "You may also like: Buffett sells Apple",
    "You might also like",
    "Recommended",
    "Recommended for you",
    "Click here to read about Oracle",
    "Now Read: Palantir's rally",
    "Watch: Jensen Huang's keynote",
    "Advertisement",
    "Story continues below advertisement",
    "Share on Facebook",
    "Share on X (Opens in new window)",
    "Share this article on LinkedIn",
    "Click to share on Reddit (Opens in new window)",
    "Share Tweet Email",
    "Follow us on X",
    "Follow Jane Doe on Twitter @janedoe",
    "By Jane Doe, Reporter",
    "By Jane Doe",
    "BY JANE DOE",
    "By Jane Doe and John O'Neil, CNBC",
    "By Ludwig van der Rohe | Bloomberg",
    "Written by Jane Q. Doe",
    "By Reuters Staff",
    "(Reporting by Jane Doe in New York; Editing by John Roe)",
    "— Jane Doe contributed to this report.",
    "The author holds no position in Apple or any of the stocks named here.",
    "Jane Doe has no position in any of the stocks mentioned.",
    "The Motley Fool has positions in and recommends Nvidia, Tesla and Microsoft.",
    "I/we have no stock, option or similar derivative position in any of the companies mentioned.",
    "Jane Doe is a senior reporter at The Verge, where she covers Apple and Google.",
    "Contact Jane Doe at jane.doe@example.com",
    "This article was originally published on Fortune.com.",
    "Disclosure: The Verge's parent company has a deal with OpenAI.",
    "Full Disclosure: I own shares of Apple.",
    "Disclaimer: This is not investment advice about Tesla.",
    "Image credit: Nvidia",
    "Image Credits: Apple / Getty Images",
    "Photo: Elon Musk at Tesla's factory",
    "Photo by Jane Doe on Unsplash",
    "Jensen Huang on stage | Getty Images",
    "Image via Shutterstock",
    "Sign up for our newsletter",
    "Sign up here for the Apple newsletter.",
    "Subscribe to the Daily Apple brief",
    "Get the latest on Tesla delivered to your inbox.",
    "We use cookies to improve your experience.",
    "By clicking Accept you agree to our terms.",
    "© 2024 Benzinga.com. Benzinga does not provide investment advice.",
    "(c) 2024 Zacks. All rights reserved.",
    "Copyright 2024 Dow Jones & Company, Inc.",
    "All rights reserved.",
    "SOURCE NVIDIA",
    "View original content: https://www.prnewswire.com/x.html",
    "Media Contacts",
    "About NVIDIA NVIDIA (NASDAQ: NVDA) is the world leader in accelerated computing.",
    "This press release contains forward-looking statements about Tesla.",
]

LOOK_ALIKES = [
    "Related-party transactions rose",
    "Related parties of Oracle bought shares: a filing shows",
    "About 100,000 GPUs were installed",
    "About NVIDIA there is little doubt among analysts.",
    "About half of Tesla's staff works there.",
    "By Tuesday the shares had fallen",
    "By Tuesday Morning Nvidia Was Up",
    "By Next Friday, Apple Must Answer",
    "By Q3 Microsoft had spent $20 billion",
    "By acquiring Activision, Microsoft became a games giant",
    "By Goldman Sachs's count, Nvidia sold two million chips.",
    "Read the full ruling before you call it a defeat for Apple, said the judge, who had heard both sides for weeks.",
    "Readers also bought Nvidia shares",
    "Investors should see also what Microsoft does, he said.",
    "The filing (see also page 3) names Oracle.",
    "Share buybacks rose 5%",
    "Shares on Facebook parent Meta's books fell",
    "Share prices at X rose after the ruling",
    "Disclosure rules changed",
    "Disclosures by Apple show more spending on AI.",
    "Trending topics on X now include Nvidia, the company said in a post.",
    "Trending stocks include Nvidia.",
    "More from a rival may follow, he said.",
    "More than 100,000 GPUs run in Memphis",
    "More news came from Apple on Tuesday. It named a new chief.",
    "Recommended dosage of the drug was halved by Pfizer.",
    "Photo sharing on Instagram grew 10%",
    "Images of Tesla's robot spread online",
    "Image recognition by Google's model improved",
    "Follow-up orders went to Super Micro Computer",
    "Following Microsoft, Amazon raised its budget",
    "Subscribers to Netflix rose by five million",
    "Signing up customers got harder for Salesforce",
    "Copyright law does not cover AI output, a court told OpenAI",
    "The author of the report, from Citi, has a price target of $150 on Nvidia.",
    "Authors sued OpenAI over training data.",
    "Sources said Nvidia would raise prices",
    "Source code of the model is public",
    "Cookies will stay in Chrome, Google said",
    "Contact between Apple and the regulator broke off",
    "Elon Musk is a co-founder of OpenAI who left in 2018.",
    "Meta has no plans to sell WhatsApp.",
    "Watch sales at Apple fell",
    "Don Smith missed the meeting at Intel",
    "Getty Images sued Stability AI.",
    "Email security firm Proofpoint was sold",
    "Tweets by Elon Musk moved Tesla",
    "Print sales at HP fell",
    "You may like it or not: Nvidia leads.",
]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_boilerplate_line_between_paragraphs_is_related(line: str) -> None:
    text = f"{STORY}\n{line}\n{STORY}"

    kept, related = separate(text)

    assert related == line
    assert kept == f"{STORY}\n{STORY}"


@pytest.mark.parametrize("line", LOOK_ALIKES)
def test_look_alike_stays_text(line: str) -> None:
    text = f"{STORY}\n{line}\n{STORY}"

    kept, related = separate(text)

    assert related == ""
    assert kept == text


@pytest.mark.parametrize(
    ("paragraph", "tail"),
    [
        ("Shares rose 3% as of Tuesday. See Also: Microsoft's New Chip", "See Also: Microsoft's New Chip"),
        ("“We are early,” he said. Read Next: Why Tesla Fell", "Read Next: Why Tesla Fell"),
        ("“We are early.” Read more: Why Tesla Fell", "Read more: Why Tesla Fell"),
        ("Shares rose. Disclosure: The writer owns Apple.", "Disclosure: The writer owns Apple."),
        ("Shares rose. (Related: Why Tesla Fell)", "(Related: Why Tesla Fell)"),
    ],
)
def test_teaser_at_the_end_of_a_paragraph_is_related_from_its_phrase_on(paragraph: str, tail: str) -> None:
    kept, related = separate(paragraph)

    assert related == tail
    assert kept == paragraph.removesuffix(tail).rstrip()


def test_text_after_a_teaser_in_brackets_stays() -> None:
    kept, related = separate("Shares rose. [Read more: Why Tesla fell] Oracle gained as well.")

    assert related == "[Read more: Why Tesla fell]"
    assert "Oracle gained as well." in kept


def test_teaser_before_a_page_without_paragraphs_takes_only_its_sentence() -> None:
    kept, related = separate(f"Read more: Why Tesla fell in June. {STORY} {STORY}")

    assert related == "Read more: Why Tesla fell in June."
    assert kept == f"{STORY} {STORY}"


@pytest.mark.parametrize("heading", ["Related stories", "Read also", "Trending now", "More from CNBC", "Read Next:"])
def test_titles_under_a_heading_are_related_up_to_the_next_paragraph(heading: str) -> None:
    titles = "Microsoft opens a data center\nIs Oracle next?\nApple sues Acme Inc."

    kept, related = separate(f"{STORY}\n{heading}\n{titles}\n{STORY}")

    assert related == f"{heading}\n{titles}"
    assert kept == f"{STORY}\n{STORY}"


def test_short_sentence_under_a_heading_ends_the_titles() -> None:
    kept, _ = separate("Related stories\nMicrosoft opens a data center\nNvidia rose 3%.\nOracle fell")

    assert kept == "Nvidia rose 3%.\nOracle fell"


@pytest.mark.parametrize(
    ("heading", "profile"),
    [
        ("About NVIDIA", "NVIDIA (NASDAQ: NVDA) is the world leader in accelerated computing."),
        ("About Super Micro Computer, Inc.", "Supermicro (NASDAQ: SMCI) is a leader in total IT solutions."),
        ("About International Business Machines", "IBM is a provider of hybrid cloud and consulting to the world."),
        ("About the Author", "Jane Doe has covered Apple and Microsoft for twenty years from Cupertino."),
        ("Forward-Looking Statements", "Actual results of Tesla may differ from what this release expects."),
    ],
)
def test_heading_of_a_profile_takes_its_paragraph_with_it(heading: str, profile: str) -> None:
    kept, related = separate(f"{STORY}\n{heading}\n{profile}\n{STORY}")

    assert related == f"{heading}\n{profile}"
    assert kept == f"{STORY}\n{STORY}"


def test_headline_that_begins_with_about_takes_nothing_with_it() -> None:
    text = f"About That Apple Event\n{STORY}"

    assert separate(text) == (text, "")


def test_spans_count_code_points_of_the_text_as_given() -> None:
    text = "Über 😀 rose.\n  See also: Microsoft  \nEnd."

    spans = related_spans(text)

    assert [text[start:end] for start, end in spans] == ["See also: Microsoft"]


LINES = st.lists(
    st.sampled_from([STORY, *BOILERPLATE, *LOOK_ALIKES, "Related stories", "", "  "]) | st.text(max_size=60)
)


@given(LINES)
def test_spans_are_ascending_and_disjoint(lines: list[str]) -> None:
    text = "\n".join(lines)

    bounds = [bound for span in related_spans(text) for bound in span]

    assert bounds == sorted(bounds)
    assert all(start < end <= len(text) for start, end in related_spans(text))


@given(LINES)
def test_separating_moves_text_and_loses_none(lines: list[str]) -> None:
    text = "\n".join(lines)

    kept, related = separate(text)

    assert sorted("".join((kept + related).split())) == sorted("".join(text.split()))


@pytest.mark.parametrize("unit", ["About A ", "See also: ", ". See also: ", "By A ", " ", "(", "Aa b, ", "more from "])
def test_long_repetitive_lines_are_read_to_the_end(unit: str) -> None:
    text = unit * 40_000

    kept, related = separate(text)

    assert len("".join((kept + related).split())) == len("".join(text.split()))
