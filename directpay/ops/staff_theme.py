"""How the staff pages look, in the words of django-unfold; settings take it as it is."""

from typing import Any

STAFF_THEME: dict[str, Any] = {
    "SITE_TITLE": "DirectPay",
    "SITE_HEADER": "DirectPay",
    "SITE_SYMBOL": "conversion_path",
    "ENVIRONMENT": "directpay.ops.staff.environment",
    "STYLES": ["directpay.ops.staff.stylesheet"],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "directpay.ops.staff.icon"}],
    "SIDEBAR": {"navigation": "directpay.ops.staff.navigation"},
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "10px",
    "COLORS": {  # grey-green paper; ink in the light, the marker in the dark
        "base": {
            "50": "#f7f8f4",
            "100": "#f2f3ee",
            "200": "#dcdfd6",
            "300": "#b6c0ba",
            "400": "#94a099",
            "500": "#5f6a63",
            "600": "#47524b",
            "700": "#38433d",
            "800": "#28312d",
            "900": "#151c19",
            "950": "#0d1210",
        },
        "primary": {
            "50": "#f7f8f4",
            "100": "#ecf2d3",
            "200": "#e3f29a",
            "300": "#ddf277",
            "400": "#d9f24f",
            "500": "#d9f24f",
            "600": "#14201a",
            "700": "#14201a",
            "800": "#14201a",
            "900": "#14201a",
            "950": "#0d1210",
        },
    },
}
