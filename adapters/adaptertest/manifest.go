package adaptertest

import (
	"reflect"
	"strings"
	"time"

	"netpatrol/adapters"
)

// checkManifest: what is claimed on paper is there, and what is there is claimed.
func checkManifest(t T, k Kit) {
	m := k.Platform.Manifest
	if m.Name == "" || m.Title == "" || m.Docs == "" {
		t.Errorf("the manifest needs a name, a title and a page in docs/")
	}
	claimed := map[string]bool{}
	for _, a := range m.Abilities {
		if claimed[a.Name] {
			t.Errorf("ability %q is claimed twice", a.Name)
		}
		claimed[a.Name] = true
	}
	with(t, k, func(b *bench) {
		caps := b.account.Caps()
		checkAbilities(t, claimed, caps)
		checkLimits(t, "manifest", m.Limits)
		checkLimits(t, "account", caps.Limits)
		checkIdempotency(t, m, caps)
		checkSettings(t, m, b.config)
	})
}

func checkAbilities(t T, claimed map[string]bool, caps adapters.Caps) {
	v := reflect.ValueOf(caps)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type.Kind() != reflect.Interface {
			continue
		}
		name, has := strings.ToLower(f.Name), !v.Field(i).IsNil()
		if has && nilInside(v.Field(i)) {
			t.Errorf("Caps.%s is an interface around a nil pointer: leave the field nil", f.Name)
		}
		if has && !claimed[name] {
			t.Errorf("Caps.%s is set but the manifest does not claim %q", f.Name, name)
		}
		if !has && claimed[name] {
			t.Errorf("the manifest claims %q but Caps.%s is nil", name, f.Name)
		}
		delete(claimed, name)
	}
	for name := range claimed {
		t.Errorf("the manifest claims %q, which is no field of Caps", name)
	}
}

func nilInside(v reflect.Value) bool {
	e := v.Elem()
	return e.Kind() == reflect.Pointer && e.IsNil()
}

func checkLimits(t T, where string, l adapters.Limits) {
	for _, x := range l.Text {
		if !knownUnit(x.Unit) || x.Max <= 0 {
			t.Errorf("%s limits: text on %q: at most %d %q is no limit", where, x.Channel, x.Max, x.Unit)
		}
		checkProvenance(t, where+" text limit", x.Provenance)
	}
	for _, q := range l.Quotas {
		if q.N <= 0 || q.Per <= 0 {
			t.Errorf("%s limits: %d sends per %s is no quota", where, q.N, q.Per)
		}
		if _, err := time.LoadLocation(q.Zone); err != nil {
			t.Errorf("%s limits: quota zone %q: %v", where, q.Zone, err)
		}
		checkProvenance(t, where+" quota", q.Provenance)
	}
	for _, w := range l.Windows {
		checkProvenance(t, where+" reply window", w.Provenance)
	}
}

func knownUnit(u adapters.Unit) bool {
	switch u {
	case adapters.Runes, adapters.Bytes, adapters.UTF16, adapters.HalfWidths, adapters.FullWidths:
		return true
	}
	return false
}

func checkProvenance(t T, what string, p adapters.Provenance) {
	if p.Source == "" {
		t.Errorf("%s: no source", what)
	}
	if _, err := time.Parse(time.DateOnly, p.CheckedOn); err != nil {
		t.Errorf("%s: checked on %q, which is no ISO date", what, p.CheckedOn)
	}
}

// checkIdempotency: every way out says how its unknown outcomes are settled.
func checkIdempotency(t T, m adapters.Manifest, caps adapters.Caps) {
	for ch, can := range map[adapters.Channel]bool{
		adapters.Public: caps.Publish != nil, adapters.Private: caps.Message != nil, adapters.InReply: caps.Comment != nil,
		adapters.Moderators: caps.Flag != nil,
	} {
		idem, stated := m.Idem[ch]
		switch {
		case can && !stated:
			t.Errorf("the manifest does not say how an unknown outcome on channel %q is settled (Idem)", ch)
		case can && idem == adapters.ByLookup && caps.Find == nil:
			t.Errorf("channel %q is settled by look-up, but the account cannot find", ch)
		}
	}
}

func checkSettings(t T, m adapters.Manifest, c adapters.Config) {
	known := func(list []adapters.Setting, name string) bool {
		for _, s := range list {
			if s.Name == name && s.Help != "" {
				return true
			}
		}
		return false
	}
	for name := range c.Options {
		if !known(m.Options, name) {
			t.Errorf("option %q is used but not explained in the manifest", name)
		}
	}
	for name := range c.Secrets {
		if !known(m.Secrets, name) {
			t.Errorf("secret %q is used but not explained in the manifest", name)
		}
	}
}
