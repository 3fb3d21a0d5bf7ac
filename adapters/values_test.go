package adapters_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"netpatrol/adapters"
)

func TestSecret_NeverShowsItself(t *testing.T) {
	const hidden = "hunter2-and-more"
	s := adapters.Secret(hidden)
	c := adapters.Config{ID: "station", Secrets: map[string]adapters.Secret{"token": s}}
	p := &s
	shown := map[string]string{"Stringer": s.String(), "GoStringer": s.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v", "%10s", "%-40q|", "%.3s"} {
		shown["secret "+verb] = fmt.Sprintf(strings.Replace(verb, "%T ", "", 1), s)
		shown["config "+verb] = fmt.Sprintf(strings.Replace(verb, "%T ", "", 1), c)
		shown["pointer "+verb] = fmt.Sprintf(strings.Replace(verb, "%T ", "", 1), p)
	}
	shown["error"] = fmt.Errorf("with %w and %v", errors.New("x"), s).Error()
	for name, marshal := range map[string]func(any) ([]byte, error){"JSON": json.Marshal, "YAML": yaml.Marshal} {
		b, err := marshal(c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		shown[name] = string(b)
	}
	type envelope struct{ Token adapters.Secret }
	b, err := xml.Marshal(envelope{s})
	if err != nil {
		t.Fatal(err)
	}
	shown["XML"] = string(b)
	var text, js bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("open", "token", s, "config", c, "pointer", p)
	slog.New(slog.NewJSONHandler(&js, nil)).Info("open", "token", s, "config", c, "pointer", p)
	shown["slog text"], shown["slog JSON"] = text.String(), js.String()
	for where, text := range shown {
		if strings.Contains(text, "hunter") || strings.Contains(text, fmt.Sprintf("%x", hidden[:4])) {
			t.Errorf("%s shows the secret: %s", where, text)
		}
		if text == "" {
			t.Errorf("%s shows nothing at all", where)
		}
	}
	if s.Reveal() != hidden {
		t.Error("Reveal does not reveal it")
	}
}

func TestSecret_IsReadFromText(t *testing.T) {
	var c struct{ Token adapters.Secret }
	if err := json.Unmarshal([]byte(`{"Token":"x"}`), &c); err != nil || c.Token.Reveal() != "x" {
		t.Errorf("JSON: %v", err)
	}
	if err := yaml.Unmarshal([]byte("token: y\n"), &c); err != nil || c.Token.Reveal() != "y" {
		t.Errorf("YAML: %v %q", err, c.Token.Reveal())
	}
}

func TestVerdict_ZeroIsInconclusive(t *testing.T) {
	if f := (adapters.Finding{}); f.Verdict != adapters.Inconclusive || f.Verdict.String() != "inconclusive" {
		t.Errorf("%v", f.Verdict)
	}
}
