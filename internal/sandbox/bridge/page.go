package bridge

import (
	_ "embed" // the page
	"html/template"
	"net/http"
	"slices"
)

//go:embed web/citizen.html
var citizenPage string

// pages is where a person plays somebody on the site. Whoever reaches it may play anybody:
// serve it on loopback only.
func (s *Site) pages() http.Handler {
	t := template.Must(template.New("citizen").Parse(citizenPage))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /citizen", func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		_ = t.Execute(w, s.seenBy(r.FormValue("who")))
	})
	mux.HandleFunc("POST /citizen", func(w http.ResponseWriter, r *http.Request) {
		who, say := r.FormValue("who"), s.Write
		if r.FormValue("where") == "public" {
			say = s.Mention
		}
		if _, err := say(who, r.FormValue("text")); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		http.Redirect(w, r, "/citizen?who="+template.URLQueryEscaper(who), http.StatusSeeOther)
	})
	mux.Handle("GET /{$}", http.RedirectHandler("/citizen", http.StatusSeeOther))
	return http.NewCrossOriginProtection().Handler(mux)
}

// view is the page of one person.
type view struct {
	Name, Who string
	People    []string
	Said      []Action
	Got       []Received
}

func (s *Site) seenBy(who string) view {
	v := view{Name: s.opts.Name, Said: s.Actions(), Got: s.Received()}
	s.mu.Lock()
	v.People = slices.Clone(s.people)
	s.mu.Unlock()
	if v.Who = who; !slices.Contains(v.People, who) && len(v.People) > 0 {
		v.Who = v.People[0]
	}
	v.Said = slices.DeleteFunc(v.Said, func(a Action) bool { return a.Who != v.Who && a.Kind == "message" })
	v.Got = slices.DeleteFunc(v.Got, func(r Received) bool { return r.Kind == "messages" && r.To != v.Who })
	return v
}
