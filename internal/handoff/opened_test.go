package handoff

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"netpatrol/internal/record"
)

func TestOpenTakesOnlyWhatWasSigned(t *testing.T) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &record.Handoff{Code: "7Q4KM2XP", Revision: 2, Package: record.HandoffPackage{
		FromUnit: "甲", ToUnit: "乙", Indicators: []record.HandoffIndicator{{Kind: "wechat", Value: "=cmd|shuadan", Role: "suspect", Masked: true}},
	}}
	files, err := Build(h, private, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	key := PublicKey(private)
	o, err := Open(files, key)
	if err != nil || o.Code != h.Code || o.Revision != 2 || o.Withdrawn || len(o.Lines) != 1 {
		t.Fatalf("%+v, %v", o, err)
	}
	if l := o.Lines[0]; l.Kind != "微信" || l.Value != "=cmd|shuadan" || l.Role != "举报中的对方" || l.Note != "已遮盖" {
		t.Errorf("%+v", l)
	}
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	for why, with := range map[string]struct {
		files []File
		key   string
	}{
		"another key":             {files, PublicKey(stranger)},
		"a file that is missing":  {files[1:], key},
		"a file nobody signed":    {append([]File{{Name: "more.csv", Data: []byte("x")}}, files...), key},
		"no manifest":             {nil, key},
		"a manifest that is none": {[]File{{Name: ManifestName, Data: []byte("{")}}, key},
	} {
		if _, err := Open(with.files, with.key); err == nil {
			t.Errorf("%s is opened", why)
		} else if why != "a manifest that is none" && !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v", why, err)
		}
	}
	if all := lines([]byte("a,b\n\"c")); all != nil || len(lines([]byte(strings.Repeat("1,2,3,4,5,6,7\n", 500)))) != mostLines {
		t.Errorf("%v", all)
	}
}
