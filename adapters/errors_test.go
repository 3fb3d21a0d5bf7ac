package adapters_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"netpatrol/adapters"
)

func TestClassOf(t *testing.T) {
	rejected := &adapters.Error{Class: adapters.Rejected, Op: "publish"}
	for _, c := range []struct {
		name string
		err  error
		want adapters.Class
	}{
		{"the zero error", &adapters.Error{}, adapters.Unknown},
		{"nil", nil, adapters.Unknown},
		{"somebody else's", context.DeadlineExceeded, adapters.Unknown},
		{"ours", rejected, adapters.Rejected},
		{"ours, wrapped", fmt.Errorf("item 7: %w", rejected), adapters.Rejected},
		{"ours, joined", errors.Join(errors.New("x"), rejected), adapters.Rejected},
		{"ours around another of ours: the outer one decides", &adapters.Error{Class: adapters.NotSent, Err: rejected}, adapters.NotSent},
	} {
		if got := adapters.ClassOf(c.err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestError_Text(t *testing.T) {
	e := &adapters.Error{Op: "publish", Class: adapters.RateLimited, Code: "10023", Err: errors.New("user over limit")}
	if want := "publish: rate limited (platform code 10023): user over limit"; e.Error() != want {
		t.Errorf("%q, want %q", e, want)
	}
	if want := "publish: unknown"; (&adapters.Error{Op: "publish"}).Error() != want {
		t.Errorf("%q", &adapters.Error{Op: "publish"})
	}
	if !errors.Is(e, e.Err) {
		t.Error("the cause is not unwrapped")
	}
}

func TestNames(t *testing.T) {
	for c := adapters.Unknown; c <= adapters.Unsupported; c++ {
		if c.String() == "" {
			t.Errorf("class %d has no name", c)
		}
	}
	for s := adapters.ScopeItem; s <= adapters.ScopeApp; s++ {
		if s.String() == "" {
			t.Errorf("scope %d has no name", s)
		}
	}
	for p := adapters.NotWritten; p <= adapters.Answered; p++ {
		if p.String() == "" {
			t.Errorf("phase %d has no name", p)
		}
	}
}
