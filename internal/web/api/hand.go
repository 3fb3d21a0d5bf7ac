package api

import (
	"strings"

	"netpatrol/bots"
)

// looked says that the officer has seen the post a task is about.
func looked(in *Decision, d *bots.Decision) error {
	if in.Looked {
		d.Fields["looked"] = "true"
	}
	return nil
}

// maybeReason takes a reason that only some need.
func maybeReason(in *Decision, d *bots.Decision) error {
	if strings.TrimSpace(in.Reason) == "" {
		return nil
	}
	return reason(in, d)
}

// proof is what was posted by hand.
func proof(in *Decision, d *bots.Decision) error {
	if err := text(in, d); err != nil {
		return err
	}
	d.Fields["text"] = in.Text // as it was pasted
	if err := link(in, d); err != nil {
		return err
	}
	return maybeReason(in, d)
}

func link(in *Decision, d *bots.Decision) error {
	if len(in.Link) > maxReason {
		return invalid("link", "at most %d bytes", maxReason)
	}
	d.Fields["link"] = in.Link
	return nil
}

// heard is what an officer read where no program listens.
func heard(in *Decision, d *bots.Decision) error {
	if err := text(in, d); err != nil {
		return err
	}
	switch {
	case in.Kind == "":
		return invalid("kind", "one of message, mention, post")
	case strings.TrimSpace(in.From) == "":
		return invalid("from", "who wrote it?")
	case len(in.From) > maxFormKey*4:
		return invalid("from", "at most %d bytes", maxFormKey*4)
	}
	d.Fields["kind"], d.Fields["from"] = string(in.Kind), in.From
	return link(in, d)
}
