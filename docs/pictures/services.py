"""What is posted to chat services, drawn much as they show it."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from monitor.model import Rendered

_SANS = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_EMOJI = {"rotating_light": "🚨", "newspaper": "📰", "gear": "⚙️"}


# ---------------------------------------------------------------- Slack


def slack(messages: Sequence[Rendered]) -> str:
    style = f"""
    body {{ margin: 16px 20px; background: #fff; color: #1d1c1d; {_SANS}; font-size: 15px; line-height: 1.46; }}
    .message {{ display: flex; gap: 10px; margin: 0 0 22px; }}
    .face {{ width: 36px; height: 36px; border-radius: 6px; background: #4a5568; color: #fff; flex: none;
             font-weight: 700; display: grid; place-items: center; }}
    .name b {{ margin-right: 4px; }}
    .app {{ font-size: 10px; background: #eee; color: #616061; padding: 1px 4px; border-radius: 3px; }}
    code {{ font: 12px monospace; color: #c01343; background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px;
            padding: 1px 3px; }}
    .section {{ white-space: pre-wrap; margin-top: 4px; }}
    .quote {{ border-left: 4px solid #ddd; padding-left: 12px; margin: 4px 0; }}
    .context {{ font-size: 13px; color: #616061; white-space: pre-wrap; margin-top: 4px; }}
    a {{ color: #1264a3; }}
    """
    rows = "".join(
        '<div class="message"><div class="face">N</div><div><div class="name"><b>news monitor</b>'
        f'<span class="app">APP</span></div>{"".join(map(_block, _list(message.data["blocks"])))}</div></div>'
        for message in messages
    )
    return f"<style>{style}</style>{rows}"


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "context":
        return f'<div class="context">{escape(block["elements"][0]["text"])}</div>'
    return "".join(
        f'<div class="{"quote" if part["type"] == "rich_text_quote" else "section"}">'
        f"{''.join(map(_element, part['elements']))}</div>"
        for part in block["elements"]
    )


def _element(element: dict[str, Any]) -> str:
    text = escape(element["text"])
    if element["type"] == "link":
        return f"<a href>{text}</a>"
    style = element.get("style", {})
    return f"<b>{text}</b>" if style.get("bold") else f"<code>{text}</code>" if style.get("code") else text


# ---------------------------------------------------------------- Discord


def discord(messages: Sequence[Rendered]) -> str:
    style = f"""
    body {{ margin: 0; padding: 16px 20px; background: #313338; color: #dbdee1; {_SANS}; font-size: 15px;
            line-height: 1.4; }}
    .message {{ display: flex; gap: 14px; margin: 0 0 22px; }}
    .face {{ width: 38px; height: 38px; border-radius: 50%; background: #5865f2; color: #fff; flex: none;
             font-weight: 700; display: grid; place-items: center; }}
    .name b {{ color: #f2f3f5; margin-right: 5px; }}
    .app {{ font-size: 10px; background: #5865f2; color: #fff; padding: 1px 5px; border-radius: 3px; }}
    code {{ font: 13px monospace; background: #2b2d31; border-radius: 3px; padding: 1px 4px; }}
    .text {{ white-space: pre-wrap; }}
    .embed {{ border-left: 4px solid; background: #2b2d31; border-radius: 4px; padding: 10px 14px; margin-top: 6px;
              font-size: 14px; max-width: 540px; }}
    .author {{ font-weight: 600; color: #f2f3f5; margin-bottom: 4px; }}
    .quote {{ display: block; border-left: 4px solid #4e5058; padding-left: 10px; margin: 3px 0; }}
    .foot {{ font-size: 12px; color: #949ba4; white-space: pre-wrap; margin-top: 8px; }}
    a {{ color: #00a8fc; text-decoration: none; }}
    b {{ color: #f2f3f5; }}
    """
    rows = "".join(
        '<div class="message"><div class="face">N</div><div><div class="name"><b>news monitor</b>'
        f'<span class="app">APP</span></div><div class="text">{_markdown(str(message.data["content"]))}</div>'
        f"{''.join(map(_embed, _list(message.data['embeds'])))}</div></div>"
        for message in messages
    )
    return f"<style>{style}</style>{rows}"


def _embed(embed: dict[str, Any]) -> str:
    author = f'<div class="author">{escape(embed["author"]["name"])}</div>' if "author" in embed else ""
    foot = f'<div class="foot">{escape(embed["footer"]["text"])}</div>' if "footer" in embed else ""
    text = f'<div class="text">{_markdown(embed["description"].strip())}</div>'
    return f'<div class="embed" style="border-color:#{embed["color"]:06x}">{author}{text}{foot}</div>'


def _markdown(text: str) -> str:
    shown = escape(text)
    shown = re.sub(r"^&gt; (.*)\n?", r'<span class="quote">\1</span>', shown, flags=re.MULTILINE)
    shown = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", shown)
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", shown)
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"<a href>\1</a>", shown)


# ---------------------------------------------------------------- Telegram


def telegram(messages: Sequence[Rendered]) -> str:
    style = f"""
    body {{ margin: 0; padding: 16px; background: #8fb3a0; {_SANS}; font-size: 15px; line-height: 1.38; }}
    .bubble {{ background: #fff; color: #000; border-radius: 14px 14px 14px 4px; padding: 8px 12px 10px;
               margin: 0 0 10px; white-space: pre-wrap; box-shadow: 0 1px 1px #0002; }}
    .name {{ color: #3a6fb0; font-weight: 600; font-size: 14px; margin-bottom: 2px; }}
    blockquote {{ margin: 4px 0; padding: 4px 10px; border-left: 3px solid #3a6fb0; background: #eef4fb;
                  border-radius: 4px; }}
    code {{ font: 13px monospace; color: #b0233f; }}
    a {{ color: #2a7ac0; text-decoration: none; }}
    i {{ color: #444; }}
    """
    rows = "".join(
        f'<div class="bubble"><div class="name">news monitor</div>{_inline(str(message.data["text"]))}</div>'
        for message in messages
    )
    return f"<style>{style}</style>{rows}"


def _inline(html: str) -> str:
    """A quotation is a block of its own: the line breaks around it are not shown."""
    return re.sub(r"\n?(</?blockquote>)\n?", r"\1", html).replace("href=", "data-href=")


# ---------------------------------------------------------------- ntfy


def ntfy(messages: Sequence[Rendered]) -> str:
    style = f"""
    body {{ margin: 0; padding: 14px; background: #f1f3f2; {_SANS}; font-size: 14px; line-height: 1.42; }}
    .card {{ background: #fff; color: #1c1f1e; border-radius: 10px; padding: 12px 14px; margin: 0 0 10px;
             white-space: pre-wrap; overflow-wrap: anywhere; box-shadow: 0 1px 2px #0002; }}
    .when {{ color: #6b7572; font-size: 12px; }}
    .title {{ font-weight: 700; font-size: 16px; margin: 2px 0 6px; line-height: 1.3; }}
    .loud {{ color: #c62828; font-weight: 700; }}
    a {{ color: #338574; }}
    """
    return f"<style>{style}</style>" + "".join(_card(message.data) for message in messages)


def _card(data: dict[str, Any]) -> str:
    sign = "".join(_EMOJI.get(tag, "") for tag in data["tags"])
    loud = {5: ' · <span class="loud">priority 5</span>', 2: " · priority 2"}.get(data["priority"], "")
    body = re.sub(r"(https?://\S+)", r"<a href>\1</a>", escape(data["message"]))
    title = f"{sign} {escape(data['title'])}"
    return f'<div class="card"><div class="when">alerts{loud}</div><div class="title">{title}</div>{body}</div>'


def _list(value: object) -> list[Any]:
    assert isinstance(value, list)
    return value
