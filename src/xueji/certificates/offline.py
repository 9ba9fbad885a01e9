"""The page that verifies without a network: one file with the school's public keys inside (离线核验页)."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "desks" / "static" / "xueji" / "verify.js"
LOOK = "body{font:17px/1.6 serif;max-width:44rem;margin:2rem auto;padding:0 1rem}textarea{width:100%;font:14px monospace}button{font:inherit;padding:.4em 1.2em}"


def offline_page(keys: str, revoked: frozenset[str] = frozenset()) -> str:
    """The whole page as HTML: ``keys`` is the published file, ``revoked`` the tokens known when it was made."""
    held = json.loads(keys)
    inside = json.dumps({"keys": held["keys"], "revoked": sorted(revoked)}).replace("<", "\\u003c")
    name, english = escape(held["name"]), escape(held["name_en"])
    script = SCRIPT.read_text("utf-8").replace("export async function", "async function")
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'\">"
        f"<title>{name} 证书离线核验 Offline verification</title><style>{LOOK}</style></head><body>"
        f"<main><h1>{name}<br>证书离线核验</h1><p lang=\"en\">{english}: verify a certificate without a network.</p>"
        f'<form id="offline-verifier"><p><label for="statement">二维码里的文字 The text of the code</label></p>'
        f'<textarea id="statement" rows="6"></textarea><p><button>核验 Verify</button></p></form><div id="answer" role="status"></div>'
        f"<p>签名真实只说明学校签发过这些内容；请把姓名、编号、照片与手里的证书对照。"
        f'<span lang="en">A genuine signature says that the school issued these words; compare name, number and photo with the paper.</span></p></main>'
        f'<script type="application/json" id="keys">{inside}</script><script type="module">{script}</script></body></html>'
    )
