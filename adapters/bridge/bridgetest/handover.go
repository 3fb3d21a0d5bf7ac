package bridgetest

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
)

// answers is the source of what a unit says to packages.
const answers = "handovers"

// public is a source on which citizens write for everybody.
func public(source string) bool { return source != "messages" && source != answers }

// handing is a package but for its files.
func handing(revision int) map[string]any {
	return map[string]any{
		"package": "BRIDGETEST", "revision": revision, "from": map[string]any{"name": "bridgetest", "region": "460100"}, "to": "bridgetest",
	}
}

// packages: a correction and a withdrawal of a package are taken, what is none is refused.
func (c *checker) packages(t T) {
	for _, fields := range []map[string]any{
		with(handing(2), "note", "bridgetest: a correction"),
		with(with(handing(2), "note", "bridgetest: taken back"), "withdrawn", true),
	} {
		w := way{"handover", "/v1/handovers", fields}
		if r := c.sent(t, w.request(rand.Text(), "bridgetest"), http.StatusCreated); r.Existed {
			t.Errorf("%v says that it existed", fields)
		}
	}
	for why, body := range map[string]map[string]any{
		"no package": with(with(handing(1), "package", ""), "files", []any{map[string]any{"name": "a", "type": "t", "data": "eA=="}}),
		"no files":   with(handing(1), "files", []any{}),
	} {
		raw, _ := json.Marshal(with(body, "key", rand.Text())) // strings and maps of them always marshal
		if r := c.do(t, request{method: http.MethodPost, target: "/v1/handovers", body: raw}); r.class() != "rejected" || !r.problem() {
			t.Errorf("%s: HTTP %d, class %q; want rejected", why, r.status, r.class())
		}
	}
}

func with(fields map[string]any, name string, value any) map[string]any {
	fields[name] = value
	return fields
}
