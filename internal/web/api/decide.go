package api

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// need copies one thing a verb takes from the body into the decision, or says which
// field is wrong.
type need func(in *Decision, d *bots.Decision) error

// decide registers one verb on the record {id} names, or on a new one.
func (a *API) decide(pattern string, verb bots.Verb, on bots.RecordKind, needs ...need) {
	a.get(pattern, func(c call) (any, error) {
		return a.submit(c, bots.Decision{Verb: verb, On: bots.Target{Kind: on, ID: c.PathValue("id")}}, needs...)
	})
}

// submit hands a decision to the engine in the officer's name.
func (a *API) submit(c call, d bots.Decision, needs ...need) (any, error) {
	formKey, err := fill(c, &d, needs...)
	if err != nil {
		return nil, err
	}
	return a.outcome(c, d, formKey)
}

// fill puts into a decision who decides and what the request says; it answers with the request's form key.
func fill(c call, d *bots.Decision, needs ...need) (formKey string, err error) {
	var in Decision
	if err := decode(c.Request, &in); err != nil {
		return "", err
	}
	if len(in.FormKey) > maxFormKey {
		return "", invalid("formKey", "at most %d characters", maxFormKey)
	}
	d.Officer, d.Fields = c.officer.ID, map[string]string{}
	for _, n := range needs {
		if err := n(&in, d); err != nil {
			return "", err
		}
	}
	return in.FormKey, nil
}

func (a *API) outcome(c call, d bots.Decision, formKey string) (any, error) {
	if formKey == "" { // nobody will repeat it
		formKey = rand.Text()
	}
	res, err := a.desk.Submit(c.Context(), d, "api/"+formKey)
	if err != nil {
		return nil, err
	}
	if res.Status == bots.Refused {
		return nil, newFault(http.StatusConflict, res.Code, res.Message)
	}
	return res, nil
}

func seen(in *Decision, d *bots.Decision) error {
	if in.Seen == 0 {
		return invalid("seen", "say which version you looked at")
	}
	d.Seen = in.Seen
	return nil
}

func reason(in *Decision, d *bots.Decision) error {
	d.Reason = strings.TrimSpace(in.Reason)
	switch {
	case d.Reason == "":
		return invalid("reason", "say why; it is kept with the record")
	case len(d.Reason) > maxReason:
		return invalid("reason", "at most %d bytes", maxReason)
	}
	return nil
}

func text(in *Decision, d *bots.Decision) error {
	t := strings.TrimSpace(in.Text)
	switch {
	case t == "":
		return invalid("text", "there is nothing to send")
	case len(t) > maxText:
		return invalid("text", "at most %d bytes", maxText)
	}
	d.Fields["text"] = t
	return nil
}

func as(allowed ...string) need {
	return func(in *Decision, d *bots.Decision) error {
		if !slices.Contains(allowed, in.As) {
			return invalid("as", "one of %s", strings.Join(allowed, ", "))
		}
		d.Fields["as"] = in.As
		d.Reason = in.Reason
		return nil
	}
}

func mode(in *Decision, d *bots.Decision) error {
	if !slices.Contains([]bots.Mode{bots.Observe, bots.Suggest, bots.Live}, in.Mode) {
		return invalid("mode", "one of observe, suggest, live")
	}
	d.Fields["mode"] = string(in.Mode)
	return attest(in, d)
}

func attest(in *Decision, d *bots.Decision) error {
	if in.Attest != "" {
		d.Fields["attest"] = in.Attest
	}
	return nil
}

func standing(in *Decision, d *bots.Decision) error {
	switch {
	case in.Template == "":
		return invalid("template", "which template is approved ahead of time?")
	case in.Rev <= 0:
		return invalid("version", "which version of the template?")
	case in.Until.IsZero():
		return invalid("until", "until when? at most a year ahead")
	}
	d.Fields["template"], d.Fields["version"] = in.Template, strconv.Itoa(in.Rev)
	d.Fields["accounts"], d.Fields["until"] = strings.Join(in.Accounts, ","), in.Until.UTC().Format(time.RFC3339)
	return nil
}

func level(in *Decision, d *bots.Decision) error {
	if in.Level != record.HaltUnsolicited && in.Level != record.HaltEverything {
		return invalid("level", "unsolicited or everything")
	}
	d.Fields["level"] = string(in.Level)
	return nil
}

func bulletin(in *Decision, d *bots.Decision) error {
	if in.Bulletin == nil {
		return invalid("bulletin", "missing")
	}
	b := in.Bulletin
	if err := checkBulletin(b); err != nil {
		return err
	}
	d.Fields["title"], d.Fields["text"], d.Fields["language"] = strings.TrimSpace(b.Title), strings.TrimSpace(b.Text), b.Language
	d.Fields["extras"] = extras(b.Extras)
	d.Fields["refutes"], d.Fields["basis"] = strings.Join(b.Refutes, "\n"), b.Basis
	if b.Quotes {
		d.Fields["quotes"] = "true"
	}
	d.Fields["schedule"], d.Fields["accounts"] = b.Schedule, strings.Join(b.Accounts, ",")
	if !b.Slot.IsZero() {
		d.Fields["slot"] = b.Slot.UTC().Format(time.RFC3339)
	}
	return nil
}

func checkBulletin(b *view.BulletinText) error {
	switch {
	case strings.TrimSpace(b.Title) == "":
		return invalid("title", "a bulletin needs a title")
	case strings.TrimSpace(b.Text) == "":
		return invalid("text", "a bulletin needs a text")
	case len(b.Title)+len(b.Text) > maxText:
		return invalid("text", "title and text together have at most %d bytes", maxText)
	case (b.Schedule == "") != b.Slot.IsZero():
		return invalid("slot", "a schedule and one of its slots go together")
	}
	return nil
}

func (a *API) writeBulletin(c call) (any, error) {
	return a.submit(c, bots.Decision{Verb: bots.WriteBulletin, On: bots.Target{Kind: bots.KindBulletin}}, bulletin)
}

var theHalt = bots.Target{Kind: record.KindHalt, ID: record.HaltID}

func (a *API) halt(c call) (any, error) {
	return a.submit(c, bots.Decision{Verb: bots.HaltSends, On: theHalt}, level, reason)
}

func (a *API) resume(c call) (any, error) {
	return a.submit(c, bots.Decision{Verb: bots.ResumeSends, On: theHalt})
}
