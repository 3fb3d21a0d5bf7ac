package cmd

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

// registerAll registers the sites of a table. What is refused is named with its line; the rest is registered.
func (t *tool) registerAll(ctx context.Context, c *api.Client, file string) error {
	sites, err := readSites(file)
	if err != nil {
		return err
	}
	var refused []error
	for _, s := range sites {
		r, err := c.RegisterSite(ctx, s.id, s.Partner)
		if err == nil && r.Status == bots.Refused {
			err = &api.Error{Code: r.Code, Message: r.Message}
		}
		if err != nil {
			refused = append(refused, fmt.Errorf("%s line %d, %s: %w", file, s.line, s.id, err))
		}
	}
	fmt.Fprintf(t.out, "registered %d of %d sites; somebody else confirms each with netpatrol sites confirm ID...\n", len(sites)-len(refused), len(sites))
	if len(refused) > 0 {
		return mend(errors.Join(refused...), "leave what is registered out of the file and try again with the rest")
	}
	return nil
}

// listedSite is a site as a line of a table has it.
type listedSite struct {
	id   string
	line int
	api.Partner
}

var siteColumns = [...]string{"id", "name", "page", "contact", "officer"}

func readSites(file string) ([]listedSite, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the table of sites: %w", err)
	}
	return parseSites(file, b)
}

// parseSites reads the table that a file holds.
func parseSites(file string, table []byte) ([]listedSite, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\uFEFF")))) // spreadsheets write that mark
	header, err := r.Read()
	if err != nil || !slices.Equal(header, siteColumns[:]) {
		return nil, mend(fmt.Errorf("%s does not begin with the line that names its columns", file), "make that line id,name,page,contact,officer, and save the table as CSV in UTF-8")
	}
	var all []listedSite
	for {
		f, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the table of sites %s: %w", file, err)
		}
		line, _ := r.FieldPos(0)
		all = append(all, listedSite{f[0], line, api.Partner{Name: f[1], Page: f[2], Contact: f[3], Officer: f[4]}})
	}
}
