package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// mayWrite lets in who may write bulletins, and so attach pictures and read drafts.
func mayWrite(c call) error {
	if !c.officer.Is(record.Editor, record.Approver) {
		return newFault(http.StatusForbidden, "role", "only editors and approvers write bulletins")
	}
	return nil
}

var pictureName = regexp.MustCompile(`^[\p{L}\p{N}._-]{1,64}$`)

// keepPicture keeps a file of a bulletin that is being written.
func (a *API) keepPicture(c call) (any, error) {
	if err := mayWrite(c); err != nil {
		return nil, err
	}
	var in PictureUpload
	if err := decode(c.Request, &in); err != nil {
		return nil, err
	}
	if !pictureName.MatchString(in.Name) {
		return nil, invalid("name", "letters, digits, dot, dash and underscore, at most 64")
	}
	if a.station.KeepPicture == nil {
		return nil, newFault(http.StatusNotFound, "no-pictures", "this station keeps no pictures")
	}
	p, err := a.station.KeepPicture(c.Context(), in.Data)
	p.Name = in.Name
	return p, err
}

func to(in *Decision, d *bots.Decision) error {
	if in.To == "" {
		return invalid("to", "which officer sees the preview?")
	}
	d.Fields["to"] = in.To
	return nil
}

// quotas forecasts every account's quotas for a bulletin of a moment; without one, of now.
func (a *API) quotas(c call) (any, error) {
	now := time.Now()
	at := now
	if s := c.URL.Query().Get("at"); s != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, s); err != nil {
			return nil, invalid("at", "a moment such as %s", now.Format(time.RFC3339))
		}
	}
	accounts, err := view.List[bots.Account](c.Context(), a.desk, record.Query{Limit: 1000})
	if err != nil {
		return nil, err
	}
	page := Page[view.Forecast]{Records: []view.Forecast{}}
	for _, acc := range accounts {
		f, err := view.Forecasts(c.Context(), a.desk, a.station, acc.ID, at, now)
		if err != nil {
			return nil, err
		}
		page.Records = append(page.Records, f...)
	}
	return page, nil
}

func (a *API) prepared(c call) ([]adapters.Prepared, error) {
	if err := mayWrite(c); err != nil {
		return nil, err
	}
	if a.station.ConsoleDrafts == nil {
		return nil, newFault(http.StatusNotFound, "no-drafts", "this station pulls no drafts")
	}
	return a.station.ConsoleDrafts(c.Context(), c.PathValue("id"))
}

func (a *API) consoleDrafts(c call) (any, error) {
	list, err := a.prepared(c)
	if err != nil {
		return nil, err
	}
	return Page[adapters.Prepared]{Records: append([]adapters.Prepared{}, list...)}, nil
}

// pullDraft reads a console's draft itself: what is sealed is what the platform holds, not what
// somebody says it holds.
func (a *API) pullDraft(c call) (any, error) {
	list, err := a.prepared(c)
	if err != nil {
		return nil, err
	}
	account := c.PathValue("id")
	return a.submit(c, bots.Decision{Verb: bots.PullDraft, On: bots.Target{Kind: bots.KindBulletin}}, func(in *Decision, d *bots.Decision) error {
		i := slices.IndexFunc(list, func(p adapters.Prepared) bool { return p.Ref == in.Ref })
		if i < 0 {
			return newFault(http.StatusNotFound, "no-draft", "there is no such draft in the console's draft box any more")
		}
		PullFields(d, account, list[i])
		if b := in.Bulletin; b != nil && b.Schedule != "" {
			d.Fields["schedule"], d.Fields["slot"] = b.Schedule, b.Slot.UTC().Format(time.RFC3339)
		}
		return nil
	})
}

// PullFields fills the decision to pull a draft.
func PullFields(d *bots.Decision, account string, p adapters.Prepared) {
	for k, v := range map[string]string{"account": account, "ref": string(p.Ref), "hash": p.Hash, "title": p.Title, "text": p.Text} {
		d.Fields[k] = v
	}
}

// extras puts what a bulletin carries into a decision.
func extras(x adapters.Extras) string {
	x.Source, x.SourceHash = "", ""
	b, _ := json.Marshal(x) // strings and numbers always encode
	return string(b)
}
