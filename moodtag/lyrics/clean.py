"""The quality gate: what of a text are a song's words, and whether they are enough to judge."""

import html
import re
import string
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

MAX_CHARACTERS = 100_000
MIN_LETTERS = 150
"""Fewer say too little; a song of 40 words has as many. Of scripts that write a syllable or a word with one sign, a third."""
MAX_REPETITION = 15.0
"""How many times smaller a text may become when packed: above is one line over and over. A song with its chorus is at 3."""
MIN_LANGUAGE_PROBABILITY = 0.5
_MAX_MARKS = 30
"""As many marks may stand on one sign, as in Unicode's stream-safe format (UAX 15)."""

# A text is anyone's: each pattern must take linear time on every one. So none begins with a run that may be long (or it takes
# all of it or nothing, by `*+`), and none looks for an end that may be missing.
_HEADER = re.compile(
    r"^[^\S\n]*+\[(?:ar|ti|al|au|by|re|ve|la|length|offset|tool|id|#)[^\S\n]*+:[^\]\n]*+\][^\S\n]*+$", re.IGNORECASE | re.MULTILINE
)
_STAMP = r"[ \t]{0,4}\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,:]\d{1,9})?[ \t]{0,4}"
_TIME = re.compile(rf"[\[<]{_STAMP}[\]>]")
_TIMED_LINE = re.compile(rf"^[^\S\n]*+\[{_STAMP}\]", re.MULTILINE)
COMMENT = re.compile("<!--"), re.compile("-->")
_ENCLOSED = (
    COMMENT,
    (re.compile(r"<(?:script|style)\b", re.IGNORECASE), re.compile("</(?:script|style)>", re.IGNORECASE)),
)
_TAG = re.compile(r"</?[a-z][^<>\n]{0,300}>", re.IGNORECASE)
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{7,}+);?")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)
_PAGE = re.compile(r"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)
_SECTION = (
    r"(?:pre-?|post-?)?(?:chorus|hook|verse|bridge|intro|outro|refrain|interlude|breakdown|solo|coda|ending|spoken|repeat"
    r"|guitar|instrumental|refr[ae]in|couplet|pont|strophe|estribillo|verso|puente|coro)"
)
_SECTION_LINE = re.compile(
    rf"^\s*[\[({{]?\s*{_SECTION}\b[\s\w.,:&'/x×-]{{0,60}}[\])}}:]+\s*$|^\s*{_SECTION}(?:\s+\d+)?\s*:?\s*$", re.IGNORECASE
)
_BRACKETED_LINE = re.compile(r"^\s*\[[^\]\n]{0,100}\]\s*$")
_CREDIT_LINE = re.compile(
    r"^\s*(?:(?:(?:words|lyrics?|music|written|composed|produced|lyrics and music|songwriters?|writers?|producers?|composers?"
    r"|published|arranged|transcribed|translated|submitted|corrected)\s*(?:by|:|\())|©|\(c\)\s|copyright\b|all rights reserved|https?://|www\."
    r"|\d+\s*contributors?\b|you might also like|see .{1,60} live\b|get tickets as low as|translations?\s*$"
    r"|paroles de la chanson|songtext von|letra de|lyrics (?:licensed|provided|powered|from)|source:"
    r"|[作编編制监監][词詞曲人作]\s*[:：]).*$",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ud800-\udfff\ufeff]")
_INSTRUMENTAL = re.compile(
    r"(?:this (?:song|track) is (?:an )?|au:\s*|type:\s*)?"
    r"(?:instrumental(?:e|es)?|instrumental (?:track|song|version)|no lyrics(?: instrumental)?"
    r"|纯音乐请欣赏|此歌曲为没有填词的纯音乐请您欣赏)",
    re.IGNORECASE,
)
_NOTES = "♪♫♬🎵🎶"
_NOTHING = re.compile(
    r"(?:sorry )?(?:we )?(?:no lyrics (?:found|available|yet)|lyrics (?:are )?(?:not (?:found|available)|unavailable|coming soon)"
    r"|dont have (?:the )?lyrics|lyrics for this song have yet to be .*|n/?a|none|unknown|todo)(?: for this (?:song|track))?(?: yet)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """A text after the gate. `lines` is what was sung; `language` its ISO 639-1 code, None where that is not certain.

    `refusal` says why it is not judged, None: it is. `is_instrumental`: the text says that there are no words.
    """

    lines: tuple[str, ...] = ()
    language: str | None = None
    refusal: str | None = None
    is_instrumental: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def check(text: str) -> Words:
    """The words in `text`, without time stamps, markup, section headers and credits, or why there are none to judge."""
    plain = _without_markup(text[:MAX_CHARACTERS])
    if plain is None:
        return Words(refusal="a web page")
    lines = _sung(plain)
    said = _said(plain)
    if (
        _INSTRUMENTAL.fullmatch(said)
        or (plain.strip() and not plain.strip(_NOTES + " \n"))
        or (plain.strip() and not lines and "instrumental" in plain.casefold())
    ):
        return Words(refusal="says that it is instrumental", is_instrumental=True)
    if not lines or _NOTHING.fullmatch(said):
        return Words(refusal="says nothing")
    whole = "\n".join(lines)
    refusal = _why_not(whole)
    return Words(lines, None if refusal else detect_language(whole), refusal)


def has_times(text: str) -> bool:
    """Whether lines of the text say when they are sung: an LRC file's."""
    return _TIMED_LINE.search(text[:MAX_CHARACTERS]) is not None


def without_times(text: str) -> str:
    """The text of an LRC file without its time stamps and headers; any other text as it is."""
    return _HEADER.sub("", _TIME.sub("", text)) if _TIME.search(text) else text


def without_enclosed(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """The text without what stands between the two; what is never closed stays."""
    kept, at = list[str](), 0
    while (begin := opening.search(text, at)) is not None and (end := closing.search(text, begin.end())) is not None:
        kept.append(text[at : begin.start()])
        at = end.end()
    return "".join((*kept, text[at:]))


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the language, None where it is not certain."""
    script = _script(text)
    if script is not None:
        return script
    code, probability = _identifier().classify(text)
    return str(code) if probability >= MIN_LANGUAGE_PROBABILITY and len(code) == 2 else None


def _without_markup(text: str) -> str | None:
    """The text without HTML; None where it is a whole page."""
    if _PAGE.search(text[:2000]):
        return None
    text = _BREAK.sub("\n", without_times(text))
    for opening, closing in _ENCLOSED:
        text = without_enclosed(text, opening, closing)
    # Of a number of thousands of digits no integer is made: that is an error.
    plain = html.unescape(_HUGE_REFERENCE.sub("\ufffd", _TAG.sub("", text)))
    return _UNSEEN.sub("", _composed(plain))


def _composed(text: str) -> str:
    """The text in NFC. Of the marks on one sign only some stay: to put 100,000 in order takes 8 s."""
    if text.isascii():
        return text
    kept, marks = list[str](), 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign)[0] == "M" else 0
        if marks <= _MAX_MARKS:
            kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def _sung(text: str) -> tuple[str, ...]:
    """The lines that are sung."""
    lines = (_without_embed(" ".join(line.split())) for line in re.split(r"\r\n?|\n", text))
    return tuple(
        line for line in lines if line and not (_SECTION_LINE.match(line) or _BRACKETED_LINE.match(line) or _CREDIT_LINE.match(line))
    )


def _without_embed(line: str) -> str:
    """The line without the "12Embed" that a page of Genius ends in."""
    return line.removesuffix("Embed").rstrip().rstrip(string.digits).rstrip() if line.endswith("Embed") else line


def _said(text: str) -> str:
    """The whole text on one line without signs, to compare with the usual phrases."""
    return " ".join(re.sub(r"[^\w\s:/]", "", text).split()).strip("_ ")


def _why_not(text: str) -> str | None:
    letters, wide = len(_LETTERS.findall(text)), len(_WIDE.findall(text))
    if letters + 2 * wide < MIN_LETTERS:
        return "too short to judge"
    if letters < 0.5 * len("".join(text.split())):
        return "more signs than words"
    raw = text.encode()
    if len(raw) > MAX_REPETITION * len(zlib.compress(raw)):
        return "the same line over and over"
    return None


_LETTERS = re.compile(r"[^\W\d_]")
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff]")  # each stands for a syllable or a word
_SCRIPTS = {
    "ko": re.compile("[\uac00-\ud7a3]"),
    "ja": re.compile("[\u3040-\u30ff]"),  # before Chinese, whose signs it shares
    "zh": re.compile("[\u4e00-\u9fff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
}


def _script(text: str) -> str | None:
    """The language whose own script more than a fifth of the letters are of; None: a script of many languages."""
    if text.isascii():
        return None
    letters = len(_LETTERS.findall(text))
    return next((code for code, script in _SCRIPTS.items() if len(script.findall(text)) > 0.2 * letters), None)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # half a second that only words need

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
