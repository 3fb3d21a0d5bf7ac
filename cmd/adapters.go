package cmd

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netpatrol/adapters"
)

func (t *tool) adaptersCommand() *cobra.Command {
	return group("adapters", "What this binary's platforms can do",
		t.withJSON(&cobra.Command{
			Use: "list [PLATFORM]", Short: "Show abilities, settings and limits, with their sources", Args: cobra.MaximumNArgs(1),
			RunE: func(_ *cobra.Command, args []string) error { return t.listAdapters(args) },
		}))
}

func (t *tool) listAdapters(names []string) error {
	manifests := t.assembly.manifests()
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(manifests))
	}
	list := []paper{}
	for _, name := range names {
		m, ok := manifests[name]
		if !ok {
			return usagef("no platform %q; there are: %s", name, strings.Join(slices.Sorted(maps.Keys(manifests)), ", "))
		}
		list = append(list, onPaper(name, m))
	}
	return t.print(list, func(w io.Writer) {
		for i, p := range list {
			if i > 0 {
				fmt.Fprintln(w)
			}
			p.write(w)
		}
	})
}

// paper is a manifest as machines read it: every figure with its source and date.
type paper struct {
	Platform    string                                    `json:"platform"`
	Title       string                                    `json:"title"`
	Docs        string                                    `json:"docs,omitempty"`
	Abilities   []ability                                 `json:"abilities"`
	Text        []textLimit                               `json:"text"`
	Quotas      []quota                                   `json:"quotas"`
	Windows     []replyWindow                             `json:"replyWindows"`
	Calls       *callBudget                               `json:"calls,omitempty"`
	LaneWidth   int                                       `json:"laneWidth"`
	Idempotency map[adapters.Channel]adapters.Idempotency `json:"idempotency"`
	Options     []setting                                 `json:"options"`
	Secrets     []setting                                 `json:"secrets"`
}

type ability struct {
	Name       string `json:"name"`
	Permission string `json:"permission,omitempty"`
	Note       string `json:"note,omitempty"`
}

type setting struct {
	Name     string `json:"name"`
	Required bool   `json:"required"`
	Unless   string `json:"unless,omitempty"`
	Help     string `json:"help,omitempty"`
}

type source struct {
	Source    string `json:"source"`
	CheckedOn string `json:"checkedOn"`
	Confirmed bool   `json:"confirmed"`
}

type textLimit struct {
	Channel adapters.Channel `json:"channel"`
	Max     int              `json:"max"`
	Unit    adapters.Unit    `json:"unit"`
	PerURL  int              `json:"perURL,omitempty"`
	// NoTopics: #topics# are refused.
	NoTopics bool `json:"noTopics,omitempty"`
	source
}

type quota struct {
	Scope   string           `json:"scope"`
	Channel adapters.Channel `json:"channel,omitempty"`
	N       int              `json:"n"`
	Per     string           `json:"per"`
	Zone    string           `json:"zone,omitempty"`
	source
}

// callBudget bounds requests of any kind; Spare of them are not for polling.
type callBudget struct {
	N     int    `json:"n"`
	Per   string `json:"per"`
	Spare int    `json:"spare"`
	source
}

type replyWindow struct {
	Trigger adapters.Kind `json:"trigger"`
	N       int           `json:"n,omitempty"`
	Within  string        `json:"within"`
	source
}

func onPaper(name string, m adapters.Manifest) paper {
	p := paper{
		Platform: name, Title: m.Title, Docs: m.Docs, LaneWidth: max(1, m.Limits.LaneWidth), Idempotency: m.Idem,
		Abilities: []ability{}, Text: []textLimit{}, Quotas: []quota{}, Windows: []replyWindow{},
		Options: settings(m.Options), Secrets: settings(m.Secrets),
	}
	for _, a := range m.Abilities {
		p.Abilities = append(p.Abilities, ability(a))
	}
	for _, l := range m.Limits.Text {
		p.Text = append(p.Text, textLimit{l.Channel, l.Max, l.Unit, l.PerURL, l.NoTopics, source(l.Provenance)})
	}
	for _, q := range m.Limits.Quotas {
		p.Quotas = append(p.Quotas, quota{q.Scope.String(), q.Channel, q.N, brief(q.Per), q.Zone, source(q.Provenance)})
	}
	for _, r := range m.Limits.Windows {
		p.Windows = append(p.Windows, replyWindow{r.Trigger, r.N, brief(r.Within), source(r.Provenance)})
	}
	if c := m.Limits.Calls; c.N > 0 {
		p.Calls = &callBudget{c.N, brief(c.Per), c.Spare, source(c.Provenance)}
	}
	return p
}

func settings(list []adapters.Setting) []setting {
	out := []setting{}
	for _, s := range list {
		out = append(out, setting(s))
	}
	return out
}

func (p paper) write(w io.Writer) {
	fmt.Fprintf(w, "%s: %s\n", p.Platform, p.Title)
	rows := [][]string{{"  ABILITY", "PERMISSION", "NOTE"}}
	for _, a := range p.Abilities {
		rows = append(rows, []string{"  " + a.Name, dash(a.Permission), a.Note})
	}
	table(w, rows...)
	p.writeSettings(w)
	p.writeLimits(w)
	if p.Docs != "" {
		fmt.Fprintf(w, "  see %s\n", p.Docs)
	}
}

func (p paper) writeSettings(w io.Writer) {
	rows := [][]string{{"  SETTING", "REQUIRED", "WHAT"}}
	add := func(where string, list []setting) {
		for _, s := range list {
			required := "no"
			if s.Required {
				required = strings.TrimSuffix("yes, unless "+s.Unless, ", unless ")
			}
			rows = append(rows, []string{"  " + where + "." + s.Name, required, s.Help})
		}
	}
	add("options", p.Options)
	add("secrets", p.Secrets)
	if len(rows) > 1 {
		table(w, rows...)
	}
}

func (p paper) writeLimits(w io.Writer) {
	rows := [][]string{{"  LIMIT", "FIGURE", "CHECKED", "SOURCE"}}
	add := func(what, figure string, s source) {
		rows = append(rows, []string{"  " + what, figure, dash(s.CheckedOn) + s.doubt(), s.Source})
	}
	for _, l := range p.Text {
		figure := fmt.Sprintf("%d %s", l.Max, l.Unit)
		if l.PerURL > 0 {
			figure += fmt.Sprintf(", a link counts %d", l.PerURL)
		}
		if l.NoTopics {
			figure += ", no #topics#"
		}
		add("text, "+string(l.Channel), figure, l.source)
	}
	for _, q := range p.Quotas {
		figure := fmt.Sprintf("%d in %s", q.N, q.Per)
		if q.Zone != "" {
			figure += " from midnight " + q.Zone
		}
		add(strings.TrimSuffix("sends per "+q.Scope+", "+string(q.Channel), ", "), figure, q.source)
	}
	for _, r := range p.Windows {
		figure := "within " + r.Within
		if r.N > 0 {
			figure = fmt.Sprintf("%d %s", r.N, figure)
		}
		add("replies after "+trigger(r.Trigger), figure, r.source)
	}
	if c := p.Calls; c != nil {
		add("calls of any kind", fmt.Sprintf("%d in %s, %d kept from polling", c.N, c.Per, c.Spare), c.source)
	}
	if len(rows) > 1 {
		table(w, rows...)
	}
}

// doubt marks a figure nobody has confirmed on the platform itself.
func (s source) doubt() string {
	if s.Confirmed {
		return ""
	}
	return " (not confirmed)"
}

// trigger names what opens a reply window; KindOther is whatever a platform has no word of ours for.
func trigger(k adapters.Kind) string {
	if k == adapters.KindOther {
		return "any other act"
	}
	return "a " + string(k)
}
