"""What lies beside pages by accident, and ways out of a folder of files."""

LEFT_BEHIND = (
    *("/.env", "/.env.example", "/.git/HEAD", "/.git/config", "/.gitignore", "/.ci/run", "/.svn/entries", "/.htaccess", "/.DS_Store"),
    *(
        "/var/demo.json",
        "/var/secrets.env",
        "/demo.json",
        "/secrets.env",
        "/run/owner.env",
        "/directpay.backup",
        "/backup.zip",
        "/dump.sql",
    ),
    *("/settings.py", "/manage.py", "/directpay/settings.py", "/pyproject.toml", "/requirements.txt", "/Dockerfile", "/Makefile"),
    *("/docker-compose.yml", "/db.sqlite3", "/server-status", "/phpinfo.php", "/actuator/env", "/debug/", "/__debug__/", "/admin.bak"),
    *("/static/", "/static/fonts/", "/static/admin/", "/media/", "/static/staticfiles.json", "/static/directpay.css.map"),
)
WAYS_OUT = tuple(
    f"/static/{step * 8}{target}"
    for step in ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "..%252f", "%c0%ae%c0%ae/")
    for target in ("etc/passwd", "manage.py", ".env")
)
SUFFIXES = ("~", ".bak", ".old", ".orig", ".swp", ".zip", "%00.html")
EXCUSED = {"/static/staticfiles.json"}  # names of public files
