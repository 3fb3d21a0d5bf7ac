package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) auditCommand() *cobra.Command {
	var anchors string
	c := t.withJSON(&cobra.Command{
		Use: "verify", Short: "Recompute the audit chain; exit 1 when it does not hold", Args: cobra.NoArgs,
		Long: `Recompute the audit chain; exit 1 when it does not hold. --anchor takes what was kept elsewhere: a file with
an anchor a line, or the directory of audit.folder. The chain must pass through each of them, and one
that bears a signature must be this station's.`,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			known, err := readAnchors(anchors)
			if err != nil {
				return err
			}
			r, err := c.VerifyAudit(ctx, known)
			if err != nil {
				return err
			}
			err = t.print(r, func(w io.Writer) { writeAudit(w, r) })
			if err == nil && !r.OK {
				err = mend(errors.New("the audit chain does not hold"), "keep a copy of the state directory untouched, and compare with the last anchor and backup")
			}
			return err
		}),
	})
	c.Flags().StringVar(&anchors, "anchor", "", "file or directory with anchors kept elsewhere")
	return group("audit", "The chain of deeds", c)
}

func writeAudit(w io.Writer, r api.AuditReport) {
	fields(w, "entries", fmt.Sprint(r.Entries), "sealed up to", fmt.Sprint(r.Sealed), "not sealed yet", fmt.Sprint(r.Unsealed),
		"head", r.Head, "anchor", r.Anchor, "anchored outside", moment(r.Anchored))
	if len(r.Met) > 0 {
		fmt.Fprintf(w, "the chain passes through %d anchors, the last at entry %d\n", len(r.Met), r.Met[len(r.Met)-1])
	}
	for _, f := range r.Faults {
		fmt.Fprintf(w, "fault: %s\n", f)
	}
}

// readAnchors reads a file, or every file of a directory that the daemon put an anchor into.
func readAnchors(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	files := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "anchor-*.txt")); err != nil || len(files) == 0 {
			return "", mend(fmt.Errorf("there are no anchors in %s", path), "name the directory of audit.folder, or a file")
		}
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return "", fmt.Errorf("read anchors: %w", pathless(err))
		}
		all.Write(b)
		all.WriteByte('\n')
	}
	return all.String(), nil
}
