package cmd

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestTheVersionNamesTheRevisionItWasBuiltFrom(t *testing.T) {
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	for _, c := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"nothing is known", nil, ""},
		{"no repository", &debug.BuildInfo{}, ""},
		{"a clean tree", &debug.BuildInfo{Settings: []debug.BuildSetting{setting("vcs.revision", "4fe1988"), setting("vcs.modified", "false")}}, "revision 4fe1988\n"},
		{"a changed tree", &debug.BuildInfo{Settings: []debug.BuildSetting{setting("vcs.revision", "4fe1988"), setting("vcs.modified", "true")}},
			"revision 4fe1988, with changes that are not committed\n"},
	} {
		var out strings.Builder
		buildOf(c.info, c.info != nil).write(&out)
		first, rest, _ := strings.Cut(out.String(), "\n")
		if !strings.HasPrefix(first, "netpatrol (devel) (go") || rest != c.want {
			t.Errorf("%s: %q", c.name, out.String())
		}
	}
}
