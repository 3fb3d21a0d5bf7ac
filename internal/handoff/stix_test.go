package handoff

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/internal/record"
)

// required are the properties that STIX 2.1 demands of each type (sections 4 to 7), beside type, spec_version and id. Of
// the types that stix2extensions adds, those its schemas demand.
var required = map[string][]string{
	"identity": {"created", "modified", "name"}, "indicator": {"created", "modified", "pattern", "pattern_type", "valid_from"},
	"location": {"created", "modified", "country"}, "observed-data": {"created", "modified", "first_observed", "last_observed", "number_observed", "object_refs"},
	"report": {"created", "modified", "name", "published", "object_refs"}, "marking-definition": {"created"},
	"phone-number": {"value", "extensions"}, "payment-card": {"value", "extensions"}, "bank-account": {"account_number", "extensions"}, "cryptocurrency-wallet": {"value", "extensions"},
	"email-addr": {"value"}, "url": {"value"}, "software": {"name"}, "file": {"hashes"}, "user-account": {"user_id", "account_type"},
}

func TestEveryObjectHasWhatTheStandardDemands(t *testing.T) {
	h := sample()
	h.Package.Grade = "B2"
	var b struct{ Objects []map[string]any }
	if err := json.Unmarshal(build(t, h)["clue.stix.json"], &b); err != nil {
		t.Fatal(err)
	}
	graded := 0
	for _, o := range b.Objects {
		kind := o["type"].(string)
		demanded, known := required[kind]
		if !known {
			t.Errorf("%s is no type of the facts", kind)
		}
		for _, p := range demanded {
			if o[p] == nil || o[p] == "" {
				t.Errorf("%s has no %s", o["id"], p)
			}
		}
		for p, v := range o {
			s, isText := v.(string)
			moment := slices.Contains([]string{"created", "modified", "published", "valid_from", "first_observed", "last_observed"}, p)
			if _, err := time.Parse("2006-01-02T15:04:05.000Z", s); moment && (!isText || err != nil) {
				t.Errorf("%s.%s is %v, which is no time of the standard", o["id"], p, v)
			}
			if list, isList := v.([]any); v == nil || v == "" || isList && len(list) == 0 {
				t.Errorf("%s.%s is empty: the standard forbids that", o["id"], p)
			}
		}
		if kind == "indicator" && o["confidence"].(float64) > 100 {
			t.Errorf("confidence %v", o["confidence"])
		}
		if kind == "marking-definition" && strings.Contains(toText(o["definition"]), "Admiralty code B2") {
			graded++
		}
		if o["created_by_ref"] == nil && kind != "identity" && slices.Contains(demanded, "modified") {
			t.Errorf("%s does not say who made it", o["id"])
		}
	}
	if graded != 1 {
		t.Errorf("%d grades", graded)
	}
}

// An app whose file is known is that file; by its name it is a program.
func TestAnAppIsAFileOrAProgram(t *testing.T) {
	const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	h := sample()
	h.Package.Indicators = []record.HandoffIndicator{{Kind: "app", Value: sum, Role: "suspect", Confidence: 90}, {Kind: "app", Value: "鑫融宝", Confidence: 55}}
	var b struct{ Objects []map[string]any }
	if err := json.Unmarshal(build(t, h)["clue.stix.json"], &b); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, o := range b.Objects {
		got[o["type"].(string)] += toText([]any{o["hashes"], o["name"], o["pattern"]})
	}
	if !strings.Contains(got["file"], `{"SHA-256":"`+sum+`"}`) || !strings.Contains(got["indicator"], "[file:hashes.'SHA-256' = '"+sum+"']") || !strings.Contains(got["software"], "鑫融宝") || strings.Contains(got["software"], sum) {
		t.Errorf("file %s, indicator %s, software %s", got["file"], got["indicator"], got["software"])
	}
}

// An officer approves a package before it leaves: only what is clearly a suspect's becomes an indicator.
func TestOnlyASuspectsNumbersBecomeIndicators(t *testing.T) {
	h := sample()
	for i := range h.Package.Indicators {
		h.Package.Indicators[i].Role, h.Package.Indicators[i].Masked = "", false
	}
	if s := string(build(t, h)["clue.stix.json"]); strings.Contains(s, `"type": "indicator"`) {
		t.Error("what nobody has called a suspect's is an indicator")
	}
}

func toText(v any) string {
	b, _ := json.Marshal(v) // it was JSON before
	return string(b)
}
