package cmd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"netpatrol/internal/web/api"
)

func (t *tool) clustersCommand() *cobra.Command {
	return group("clusters", "Clues whose texts are nearly the same", t.clustersList(), t.clustersShow(), t.clustersDismiss())
}

func (t *tool) clustersList() *cobra.Command {
	var state string
	c := t.withJSON(&cobra.Command{
		Use: "list", Short: "List clusters with clues that nobody has decided on, oldest first", Args: cobra.NoArgs,
		RunE: t.ask1(func(ctx context.Context, c *api.Client, _ []string) error {
			all, err := pages(ctx, api.Paging{State: state}, c.Clusters)
			if err != nil {
				return err
			}
			return t.print(all, func(w io.Writer) { writeClusters(w, all) })
		}),
	})
	c.Flags().StringVar(&state, "state", "open", "open or done")
	return c
}

func writeClusters(w io.Writer, all []api.Cluster) {
	if len(all) == 0 {
		fmt.Fprintln(w, "there are no such clusters")
		return
	}
	rows := [][]string{{"ID", "CATEGORY", "CLUES", "OPEN", "ACTED ON", "SENT TO US", "UPDATED"}}
	for _, k := range all {
		rows = append(rows, []string{k.ID, string(k.Category), fmt.Sprint(k.Clues), fmt.Sprint(k.Open), fmt.Sprint(k.Acted), fmt.Sprint(k.Asked), short(k.Updated)})
	}
	table(w, rows...)
}

func (t *tool) clustersShow() *cobra.Command {
	var after string
	c := t.withJSON(&cobra.Command{
		Use: "show ID", Short: "Show a cluster, its clues, and the reports of people who sent the same text, newest first", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			k, err := c.Cluster(ctx, args[0], after)
			if err != nil {
				return noCluster(args[0], err)
			}
			return t.print(k, func(w io.Writer) { writeCluster(w, k) })
		}),
	})
	c.Flags().StringVar(&after, "after", "", "the next page: what the last one said")
	return c
}

func writeCluster(w io.Writer, k api.ClusterView) {
	fields(w, "id", k.Cluster.ID, "state", k.Cluster.State, "category", string(k.Cluster.Category), "clues", fmt.Sprint(k.Cluster.Clues), "open", fmt.Sprint(k.Cluster.Open),
		"first seen", moment(k.Cluster.Created), "last seen", moment(k.Cluster.Updated))
	if len(k.Clues) > 0 {
		rows := [][]string{{"CLUE", "STATE", "ACCOUNT", "STANCE", "SEEN", "TEXT"}}
		for _, c := range k.Clues {
			rows = append(rows, []string{c.ID, c.State, c.Account, string(c.Stance), short(c.Seen), oneLine(c.Text, 50)})
		}
		table(w, rows...)
	}
	for _, r := range k.Askers {
		fields(w, "sent to us", r.ID+" "+r.Reference+" "+r.State)
	}
	if k.After != "" {
		fmt.Fprintf(w, "there are more: --after %s\n", k.After)
	}
}

func (t *tool) clustersDismiss() *cobra.Command {
	var why string
	c := t.withJSON(&cobra.Command{
		Use: "dismiss ID", Short: "Dismiss the newest open clues of a cluster, each for itself; what waits for its warning stays", Args: cobra.ExactArgs(1),
		RunE: t.ask1(func(ctx context.Context, c *api.Client, args []string) error {
			d, err := c.DismissCluster(ctx, args[0], why)
			if err != nil {
				return noCluster(args[0], err)
			}
			return t.print(d, func(w io.Writer) { writeDismissed(w, d) })
		}),
	})
	c.Flags().StringVar(&why, "reason", "", "why nobody acts on them; it is kept with each")
	_ = c.MarkFlagRequired("reason")
	return c
}

func writeDismissed(w io.Writer, d api.Dismissed) {
	fmt.Fprintf(w, "%d dismissed\n", len(d.Clues))
	for _, id := range slices.Sorted(maps.Keys(d.Refused)) {
		fmt.Fprintf(w, "%s stays: %s\n", id, d.Refused[id])
	}
	for _, id := range d.Waiting {
		fmt.Fprintf(w, "%s is not decided yet: say it again\n", id)
	}
	if d.More {
		fmt.Fprintln(w, "older clues were not looked at: netpatrol clusters show says which")
	}
}

func noCluster(id string, err error) error {
	return sought(err, "cluster", id, "netpatrol clusters list shows the ids")
}
