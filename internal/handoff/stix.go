package handoff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// object is one STIX object; encoding/json writes its keys in order.
type object map[string]any

// The marking of every object: TLP:AMBER+STRICT of TLP 2.0, as OASIS published it.
const (
	tlpMarking   = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
	tlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
)

// The extensions of muchdogesec/stix2extensions for what STIX 2.1 has no type for.
const (
	phoneExtension  = "extension-definition--14a97ee2-e666-5ada-a6bd-b7177f79e211"
	cardExtension   = "extension-definition--b160c6ee-26b6-591c-8885-c192db67cac9"
	bankExtension   = "extension-definition--f19f3291-6a84-5674-b311-d75a925d5bd9"
	walletExtension = "extension-definition--be78509e-6958-51b1-8b26-d17ee0eba2d7"
)

// observable is how a kind of indicator is written in STIX.
type observable struct {
	kind, property, extension string
	service                   string // of a user account
}

// observableOf never changes. What is not in it (amounts, times) is in the description.
var observableOf = map[string]observable{
	"phone":    {"phone-number", "value", phoneExtension, ""},
	"card":     {"payment-card", "value", cardExtension, ""},
	"account":  {"bank-account", "account_number", bankExtension, ""},
	"wallet":   {"cryptocurrency-wallet", "value", walletExtension, ""},
	"email":    {"email-addr", "value", "", ""},
	"url":      {"url", "value", "", ""},
	"app":      {"software", "name", "", ""},
	"wechat":   {"user-account", "user_id", "", "wechat"},
	"qq":       {"user-account", "user_id", "", "qq"},
	"alipay":   {"user-account", "user_id", "", "alipay"},
	"telegram": {"user-account", "user_id", "", "telegram"},
	"meeting":  {"user-account", "user_id", "", "meeting"},
}

// program is an app that is known by the SHA-256 of its file.
var program = observable{"file", "hashes", "", ""}

// howOf is how an indicator is written; ok is false for what has no type.
func howOf(i record.HandoffIndicator) (how observable, ok bool) {
	if i.Kind == "app" && sha256Hex.MatchString(i.Value) {
		return program, true
	}
	how, ok = observableOf[i.Kind]
	return how, ok
}

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// value is an indicator's value in the property, and path that property in a pattern.
func (o observable) value(v string) (value any, path string) {
	if o.property == program.property {
		return object{"SHA-256": v}, "hashes.'SHA-256'"
	}
	return v, o.property
}

// bundle gathers the objects of a package.
type bundle struct {
	h       *record.Handoff
	id      string // of the identity that made it
	graded  string // id of the marking with the grade; empty: nobody graded it
	objects []object
}

// stix is the package as a bundle of STIX 2.1: a report, what was observed, an indicator for each thing of a
// suspect (an officer has approved it), the places, the unit that made it, and the marking.
func stix(h *record.Handoff) (File, error) {
	b := &bundle{h: h, id: "identity--" + named5(ours, "unit/"+h.Package.FromUnit)}
	b.add(object{
		"type": "marking-definition", "spec_version": "2.1", "id": tlpMarking, "created": "2022-10-01T00:00:00.000Z", "name": "TLP:AMBER+STRICT",
		"extensions": object{tlpExtension: object{"extension_type": "property-extension", "tlp_2_0": "amber+strict"}},
	})
	b.add(b.made("identity", b.id, object{"name": h.Package.FromUnit, "identity_class": "organization", "sectors": []string{"government-public-services"}}))
	if g := h.Package.Grade; g != "" { // the Admiralty code
		b.graded = "marking-definition--" + named5(ours, "admiralty/"+g)
		b.add(object{
			"type": "marking-definition", "spec_version": "2.1", "id": b.graded, "created": "2022-10-01T00:00:00.000Z",
			"definition_type": "statement", "definition": object{"statement": "Admiralty code " + g},
		})
	}
	refs := append(b.places(), b.observed()...)
	b.add(b.made("report", b.name("report"), object{
		"name": "线索移交 " + h.Code, "description": b.description(), "published": moment(h.Approved), "report_types": []string{"observed-data"},
		"object_refs": append(refs, b.id), "external_references": []object{{"source_name": "netpatrol", "external_id": h.Code}},
	}))
	data, err := indented(object{"type": "bundle", "id": "bundle--" + named5(ours, fmt.Sprintf("handoff/%s/%d/%s", h.Code, h.Revision, h.Digest)), "objects": b.objects})
	return File{"clue.stix.json", "application/stix+json;version=2.1", data}, err
}

func (b *bundle) add(o object) string {
	b.objects = append(b.objects, o)
	return o["id"].(string)
}

// name is an id of our own, the same for the same part of the same hand-off.
func (b *bundle) name(kind string, parts ...string) string {
	return kind + "--" + named5(ours, "handoff/"+b.h.Code+"/"+strings.Join(append([]string{kind}, parts...), "/"))
}

// made fills in what every domain object has.
func (b *bundle) made(kind, id string, o object) object {
	o["type"], o["spec_version"], o["id"] = kind, "2.1", id
	o["created"], o["modified"] = moment(b.h.Approved), moment(b.changed())
	o["object_marking_refs"] = []string{tlpMarking}
	if id != b.id {
		o["created_by_ref"] = b.id
	}
	if kind == "report" && b.graded != "" {
		o["object_marking_refs"] = []string{tlpMarking, b.graded}
	}
	return o
}

// changed is when the package was last corrected.
func (b *bundle) changed() time.Time {
	if n := len(b.h.Notes); n > 0 {
		return b.h.Notes[n-1].At
	}
	return b.h.Approved
}

func (b *bundle) places() (refs []string) {
	for _, p := range b.h.Package.Places {
		code, name, _ := strings.Cut(p, " ")
		refs = append(refs, b.add(b.made("location", b.name("location", code), object{"name": name, "country": "CN", "administrative_area": "CN-GB2260-" + code})))
	}
	return refs
}

// observed adds the observables, what was observed of them, and the indicators.
func (b *bundle) observed() (refs []string) {
	var seen, indicators []string
	for _, i := range b.h.Package.Indicators {
		how, ok := howOf(i)
		if !ok || i.Masked {
			continue
		}
		id := b.observe(how, i)
		seen = append(seen, id)
		if i.Role == "suspect" {
			indicators = append(indicators, b.indicate(how, i))
		}
	}
	if len(seen) == 0 {
		return nil
	}
	heard := moment(b.h.Package.Heard)
	refs = append(refs, b.add(b.made("observed-data", b.name("observed-data"), object{
		"first_observed": heard, "last_observed": heard, "number_observed": 1, "object_refs": seen,
	})))
	return append(append(refs, seen...), indicators...)
}

// observe adds an observable once.
func (b *bundle) observe(how observable, i record.HandoffIndicator) string {
	value, _ := how.value(i.Value)
	o := object{"type": how.kind, "spec_version": "2.1", how.property: value, "object_marking_refs": []string{tlpMarking}}
	naming := object{how.property: value}
	if how.service != "" {
		o["account_type"], naming["account_type"] = how.service, how.service
	}
	if how.extension != "" {
		o["extensions"] = object{how.extension: object{"extension_type": "new-sco"}}
	}
	name, _ := json.Marshal(naming) // of plain values: it cannot fail
	id := how.kind + "--" + named5(observables, string(name))
	for _, old := range b.objects {
		if old["id"] == id {
			return id
		}
	}
	o["id"] = id
	return b.add(o)
}

func (b *bundle) indicate(how observable, i record.HandoffIndicator) string {
	quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(i.Value)
	_, path := how.value(i.Value)
	pattern := fmt.Sprintf("[%s:%s = '%s']", how.kind, path, quoted)
	if how.service != "" {
		pattern = fmt.Sprintf("[%s:%s = '%s' AND %s:account_type = '%s']", how.kind, how.property, quoted, how.kind, how.service)
	}
	o := object{
		"name": KindWord(i.Kind) + " " + i.Value, "pattern": pattern, "pattern_type": "stix", "valid_from": moment(b.h.Package.Heard),
		"confidence": i.Confidence, "indicator_types": []string{"malicious-activity"},
	}
	if b.h.About.Kind == bots.KindReport {
		o["labels"] = []string{map[bool]string{true: "reporter-confirmed", false: "reporter-unconfirmed"}[i.Said == bots.CheckConfirmed || i.Said == bots.CheckCorrected]}
	}
	return b.add(b.made("indicator", b.name("indicator", i.Kind, i.Value), o))
}

func (b *bundle) description() string {
	var s strings.Builder
	for _, f := range factsOf(b.h) {
		fmt.Fprintf(&s, "%s：%s\n", f.Name, f.Value)
	}
	for _, i := range b.h.Package.Indicators {
		if _, ok := observableOf[i.Kind]; !ok || i.Masked {
			fmt.Fprintf(&s, "%s：%s\n", KindWord(i.Kind), i.Value)
		}
	}
	return s.String()
}

// moment is a time as STIX writes it. A package that is only looked at has no approval yet.
func moment(t time.Time) string {
	return cmp.Or(t, time.Unix(0, 0)).UTC().Format("2006-01-02T15:04:05.000Z")
}
