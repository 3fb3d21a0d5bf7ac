package cmd

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build is what the binary says of itself.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Changed  bool   `json:"changed,omitempty"` // built from a tree with changes not committed
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (t *tool) versionCommand() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "version", Short: "Say which netpatrol this is", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := buildOf(debug.ReadBuildInfo())
			return t.print(b, b.write)
		},
	})
}

func (b build) write(w io.Writer) {
	fmt.Fprintf(w, "netpatrol %s (%s, %s)\n", b.Version, b.Go, b.Platform)
	if b.Revision == "" {
		return
	}
	changed := ""
	if b.Changed {
		changed = ", with changes that are not committed"
	}
	fmt.Fprintf(w, "revision %s%s\n", b.Revision, changed)
}

// buildOf reads what the linker noted. A test binary, and one built outside a repository,
// know no revision.
func buildOf(info *debug.BuildInfo, ok bool) build {
	b := build{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Changed = s.Value == "true"
		}
	}
	return b
}
