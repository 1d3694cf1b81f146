# Varnish in front of Leadbright: beacons go through, published files are kept for as long as they say.
#
# To be put into /etc/varnish/default.vcl; made for Debian's Varnish. Start varnishd with -p http_gzip_support=off, or
# it asks the origin for gzip alone: Leadbright packs with brotli too. Yours to change: the address of the origin.

vcl 4.1;

import std;

backend leadbright {
    .host = "127.0.0.1";
    .port = "8601";
    .connect_timeout = 2s;
    .first_byte_timeout = 15s;
    .probe = {
        .url = "/healthz";
        .interval = 1s;
        .timeout = 3s;
        .window = 5;
        .threshold = 2;
        .initial = 2;
    }
}

sub vcl_recv {
    # LEADBRIGHT_TRUSTED_PROXIES must name this machine, or all visitors share one quota.
    set req.http.X-Forwarded-For = client.ip;
    if (req.url !~ "^/cdn/") {
        return (pass);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (synth(405));
    }
    unset req.http.Cookie;
    set req.url = regsub(req.url, "\?.*$", "");
    # One copy for each coding, not one for each spelling of the header.
    if (req.http.Accept-Encoding ~ "\bbr\b(?!\s*;\s*q=0(\D|$))") {
        set req.http.Accept-Encoding = "br";
    } elsif (req.http.Accept-Encoding ~ "\bgzip\b(?!\s*;\s*q=0(\D|$))") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    # While the origin is there, what is stale is handed out for a minute at most, and asked for meanwhile.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 60s;
    }
    return (hash);
}

sub vcl_backend_response {
    if (bereq.url ~ "^/cdn/") {
        if (beresp.status == 200) {
            # While it is away, for a day (stale-if-error).
            set beresp.grace = 1d;
        } elsif (beresp.status >= 500 && bereq.is_bgfetch) {
            return (abandon);
        }
    }
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
