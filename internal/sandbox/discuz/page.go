package discuz

import (
	_ "embed" // the page
	"html/template"
	"net/http"
	"slices"
)

//go:embed web/citizen.html
var citizenPage string

// pages is where a person plays a member of the board. Whoever reaches it may play
// anybody: serve it on loopback only.
func (b *Board) pages() http.Handler {
	t := template.Must(template.New("citizen").Parse(citizenPage))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /citizen", func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		_ = t.Execute(w, b.seenBy(r.FormValue("who")))
	})
	mux.HandleFunc("POST /citizen", func(w http.ResponseWriter, r *http.Request) {
		who, words := r.FormValue("who"), r.FormValue("text")
		var err error
		if r.FormValue("where") == "public" {
			_, err = b.Topic(who, r.FormValue("subject"), words)
		} else {
			_, err = b.Write(who, words)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		http.Redirect(w, r, "/citizen?who="+template.URLQueryEscaper(who), http.StatusSeeOther)
	})
	mux.Handle("GET /{$}", http.RedirectHandler("/citizen", http.StatusSeeOther))
	return http.NewCrossOriginProtection().Handler(mux)
}

// view is the page of one member.
type view struct {
	Name, Who string
	People    []string
	Said      []Action
	Got       []Received
}

func (b *Board) seenBy(who string) view {
	v := view{Said: b.Actions(), Got: b.Received()}
	b.mu.Lock()
	v.Name, v.People = b.people[0], slices.Clone(b.people[1:])
	b.mu.Unlock()
	if v.Who = who; !slices.Contains(v.People, who) && len(v.People) > 0 {
		v.Who = v.People[0]
	}
	v.Said = slices.DeleteFunc(v.Said, func(a Action) bool { return a.Who != v.Who && a.Kind == "pm" })
	v.Got = slices.DeleteFunc(v.Got, func(r Received) bool { return r.Kind == "pm" && r.To != v.Who })
	return v
}
