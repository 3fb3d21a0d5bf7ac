package handoff

import (
	"crypto/ed25519"
	"testing"
	"unicode/utf8"

	"netpatrol/internal/record"
)

// Whatever one file of a package is changed to, the package is opened only when nothing was changed, and what a
// table tells stays within its bounds.
func FuzzOpen(f *testing.F) {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	files, err := Build(&record.Handoff{Code: "7Q4KM2XP", Revision: 2, Package: record.HandoffPackage{
		FromUnit: "甲", ToUnit: "乙", Indicators: []record.HandoffIndicator{{Kind: "wechat", Value: "=cmd|shuadan", Role: "suspect"}},
	}}, private, func(string) string { return "" })
	if err != nil {
		f.Fatal(err)
	}
	for i, file := range files {
		f.Add(uint8(i), file.Name, file.Data)
		for _, data := range []string{"", "{", "null", "a,b\n\"c", "\uFEFF1,2,3,4,5,6,7\n1,2,'=3,4,5,6,7\n", `{"code":"x","revision":-1,"files":[{"name":"../x"}]}`, "\xff\x00"} {
			f.Add(uint8(i), file.Name, []byte(data))
			f.Add(uint8(i), "clue.csv", []byte(data))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, name string, data []byte) {
		i := int(which) % len(files)
		changed := append([]File{}, files...)
		changed[i].Name, changed[i].Data = name, data
		o, err := Open(changed, PublicKey(private))
		if same := name == files[i].Name && string(data) == string(files[i].Data); (err == nil) != same {
			t.Errorf("file %d as %q, %q: %v", i, name, data, err)
		}
		size := 0
		for _, l := range o.Lines {
			size += len(l.Kind) + len(l.Value) + len(l.Role) + len(l.Note)
		}
		if len(o.Lines) > mostLines || size > mostText {
			t.Errorf("%d lines of %d bytes (valid: %t)", len(o.Lines), size, utf8.Valid(data))
		}
	})
}
