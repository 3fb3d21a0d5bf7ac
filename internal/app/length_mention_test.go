package app

import (
	"maps"
	"testing"

	"netpatrol/adapters"
	"netpatrol/templates"
)

// What may be said in public to somebody who named us fits under a post on every platform, also for a
// unit with a long name and where a number is to be taken down.
func TestWhatIsSaidUnderAMentionFitsEveryPlatform(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for platform, limits := range budgets() {
		limit, limited := limits.For(adapters.InReply)
		if !limited {
			continue
		}
		for lang, unit := range map[string]string{"zh-Hans": "海南藏族自治州公安局网络安全保卫支队", "en": "Haibin Cyber Police"} {
			for _, said := range []struct {
				template string
				vars     map[string]string
			}{{"answer-mention-public", nil}, {"answer-mention-public", map[string]string{"Remove": "true"}}, {"emergency-public", nil}} {
				vars := map[string]string{"Unit": unit, "Code": "K7M2P9XW", "Automatic": "true"}
				maps.Copy(vars, said.vars)
				out, err := set.Render(lang, said.template, vars)
				if err != nil {
					t.Fatal(err)
				}
				if err := limit.Check(out.Text); err != nil {
					t.Errorf("%s: %s in %s: %v\n%s", platform, said.template, lang, err, out.Text)
				}
				tried++
			}
		}
	}
	if tried < 24 {
		t.Errorf("only %d texts were tried", tried)
	}
}
