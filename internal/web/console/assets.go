package console

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"path"
	"time"
)

//go:embed assets/console.css
var styleSheet []byte

//go:embed assets/console.js
var script []byte

//go:embed assets/icon.svg
var icon []byte

// assets are served under a path that holds their digest, so that browsers may keep
// them for a year and never keep a stale one.
type assets struct {
	Style, Script, Icon string
	bytes               map[string][]byte
}

func loadAssets() assets {
	a := assets{bytes: map[string][]byte{}}
	add := func(name string, b []byte) string {
		sum := sha256.Sum256(b)
		p := "/assets/" + hex.EncodeToString(sum[:8]) + "/" + name
		a.bytes[p] = b
		return p
	}
	a.Style, a.Script, a.Icon = add("console.css", styleSheet), add("console.js", script), add("icon.svg", icon)
	return a
}

// ServeHTTP implements [http.Handler].
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, ok := a.bytes[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, path.Base(r.URL.Path), time.Time{}, bytes.NewReader(b))
}
