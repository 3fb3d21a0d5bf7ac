package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"netpatrol/internal/proof"
)

// maxProof bounds a file that should hold a proof, in bytes.
const maxProof = 1 << 20

func (t *tool) verifyCommand() *cobra.Command {
	var key string
	c := t.withJSON(&cobra.Command{
		Use: "verify FILE --key KEYFILE", Short: "Check a proof of receipt offline; exit 1 when it does not hold", Args: cobra.ExactArgs(1),
		Long: `Check a proof of receipt (收件凭证) with a unit's public key, on any machine and offline. FILE is a
text that holds the proof, - standard input. The unit publishes its key on the page /proof of
its front door; netpatrol key prints it. A proof says that the unit received something; it is no
notice that a case was filed (受案回执).`,
		RunE: func(_ *cobra.Command, args []string) error { return t.verify(args[0], key) },
	})
	c.Flags().StringVar(&key, "key", "", "file with the unit's public key")
	_ = c.MarkFlagRequired("key") // the flag is there
	return c
}

func (t *tool) verify(file, keyFile string) error {
	published, err := readSome(keyFile, nil)
	if err != nil {
		return mend(err, "save the key from the page /proof/key of the unit's front door")
	}
	key, err := proof.ParsePublic(published)
	if err != nil {
		return mend(fmt.Errorf("%s: %w", keyFile, err), "save the key from the page /proof/key of the unit's front door")
	}
	text, err := readSome(file, t.in)
	if err != nil {
		return err
	}
	r, err := proof.Verify(text, key)
	switch {
	case errors.Is(err, proof.ErrNone):
		return mend(err, "give it the whole proof, from 收件凭证 to 签名")
	case err != nil:
		return mend(err, "do not trust it; ask the unit by 110 or 96110, with the reference")
	}
	return t.print(r, func(w io.Writer) {
		fields(w, "holds", "yes", "unit", r.Unit, "reference", r.Reference, "received", r.Received.Format("2006-01-02 15:04:05 -07:00"),
			"messages", strconv.Itoa(r.Messages), "digest", r.Digest)
		fmt.Fprintln(w, "It proves receipt only; it is no notice that a case was filed (受案回执).")
	})
}

// readSome reads a text file; in stands for "-".
func readSome(name string, in io.Reader) (string, error) {
	if name != "-" || in == nil {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxProof))
	return string(b), err
}

func (t *tool) keyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "key", Short: "Print the public key that this station's proofs of receipt are checked with", Args: cobra.NoArgs,
		Long: `Print the public key that this station's proofs of receipt are checked with: what the page
/proof/key of the front door shows. Publish it on the agency's own site, too.`,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := t.load()
			if err != nil {
				return err
			}
			k, err := proof.Open(cfg.State)
			if err != nil {
				return mend(err, "make the state directory with netpatrol init")
			}
			_, err = io.WriteString(t.out, k.Public().String())
			return err
		},
	}
}
