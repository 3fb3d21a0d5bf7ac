package engine

import (
	"context"
	"errors"
	"fmt"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// deeds are what officers can do: one guarded transition each. The table never changes.
var deeds = map[bots.Verb]func(*commit, *record.Officer, *bots.Decision) error{
	bots.Approve:        (*commit).approve,
	bots.Reject:         (*commit).reject,
	bots.Edit:           (*commit).edit,
	bots.PreviewDraft:   (*commit).previewDraft,
	bots.PullDraft:      (*commit).pullDraft,
	bots.ReplyTo:        (*commit).replyTo,
	bots.Correct:        (*commit).correct,
	bots.WriteBulletin:  (*commit).writeBulletin,
	bots.TakeBack:       (*commit).takeBack,
	bots.ApproveKind:    (*commit).approveKind,
	bots.ConfirmKind:    (*commit).confirmKind,
	bots.RevokeKind:     (*commit).revokeKind,
	bots.RequestMode:    (*commit).requestMode,
	bots.ConfirmMode:    (*commit).confirmMode,
	bots.HoldItem:       (*commit).holdItem,
	bots.SendHeld:       (*commit).sendHeld,
	bots.ResumeHeld:     (*commit).resumeHeld,
	bots.SettleUnknown:  (*commit).settleUnknown,
	bots.TakeHand:       (*commit).takeHand,
	bots.GiveHand:       (*commit).giveHand,
	bots.ProveHand:      (*commit).proveHand,
	bots.CompareHand:    (*commit).compareHand,
	bots.ConfirmHand:    (*commit).confirmHand,
	bots.CloseHand:      (*commit).closeHand,
	bots.LookBack:       (*commit).lookBack,
	bots.HaltSends:      (*commit).haltSends,
	bots.ResumeSends:    (*commit).resumeSends,
	bots.CloseReport:    (*commit).closeReport,
	bots.GiveLookup:     (*commit).giveLookup,
	bots.DismissClue:    (*commit).dismissClue,
	bots.FlagPost:       (*commit).flagPost,
	bots.TakeTalk:       (*commit).takeTalk,
	bots.GiveTalk:       (*commit).giveTalk,
	bots.LogCall:        (*commit).logCall,
	bots.KeepCase:       (*commit).keepCase,
	bots.LetGo:          (*commit).letGo,
	bots.SendTip:        (*commit).sendTip,
	bots.AskErase:       (*commit).askErase,
	bots.DecideAppeal:   (*commit).decideAppeal,
	bots.AcknowledgeAll: (*commit).acknowledge,

	bots.RegisterSite:        (*commit).registerSite,
	bots.ConfirmSite:         (*commit).confirmSite,
	bots.RetireSite:          (*commit).retireSite,
	bots.OpenRectification:   (*commit).openRectification,
	bots.SignLetter:          (*commit).signLetter,
	bots.NoteInterview:       (*commit).noteInterview,
	bots.RemindSite:          (*commit).remindSite,
	bots.SettleRectification: (*commit).settleRectification,
	bots.InviteLiaison:       (*commit).inviteLiaison,
	bots.RevokeLiaison:       (*commit).revokeLiaison,
	bots.AnswerFindings:      (*commit).answerFindings,
	bots.AnswerPackage:       (*commit).answerPackage,

	bots.AddShift:       (*commit).addShift,
	bots.EndShift:       (*commit).endShift,
	bots.AddLeave:       (*commit).addLeave,
	bots.EndLeave:       (*commit).endLeave,
	bots.DrawHandOver:   (*commit).drawHandOver,
	bots.SignHandOver:   (*commit).signHandOver,
	bots.RemarkHandOver: (*commit).remarkHandOver,

	bots.PrepareHandoff:  (*commit).prepareHandoff,
	bots.ApproveHandoff:  (*commit).approveHandoff,
	bots.ResendHandoff:   (*commit).resendHandoff,
	bots.CorrectHandoff:  (*commit).correctHandoff,
	bots.WithdrawHandoff: (*commit).withdrawHandoff,
}

func refuse(code, format string, args ...any) error {
	return &record.Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// attemptDecision applies an officer's decision. A refusal leaves everything as it was
// and is kept as the event's result.
func (e *Engine) attemptDecision(ctx context.Context, ev *bots.Event, d *bots.Decision) (bots.Result, error) {
	if d.Verb == bots.EraseTalk {
		return e.attemptErase(ctx, ev, d)
	}
	var c *commit
	err := e.o.Store.Update(ctx, func(tx record.Tx) error {
		c = e.newCommit(tx, ev, nil)
		if err := c.begin(); err != nil {
			return err
		}
		if err := c.decide(d); err != nil {
			return err
		}
		return c.finish(&proposal{})
	})
	var refused *record.Refusal
	if errors.As(err, &refused) {
		return e.keepRefusal(ctx, ev, refused)
	}
	if err != nil {
		return bots.Result{}, err
	}
	e.step(StepCommitted)
	e.after(c)
	return *c.ev.Result, nil
}

func (e *Engine) keepRefusal(ctx context.Context, ev *bots.Event, r *record.Refusal) (bots.Result, error) {
	result := bots.Result{Status: bots.Refused, Code: r.Code, Message: r.Message}
	err := e.o.Store.Update(ctx, func(tx record.Tx) error {
		c := e.newCommit(tx, ev, nil)
		if err := c.begin(); err != nil {
			return err
		}
		c.ev.State, c.ev.Updated, c.ev.Result = bots.EventDecided, c.now, &result
		return tx.Put(c.ev)
	})
	return result, err
}

func (c *commit) decide(d *bots.Decision) error {
	by, err := record.Load[record.Officer](c.tx, d.Officer)
	if err != nil || by.State != record.OfficerActive {
		return refuse("no-officer", "%s is not an active officer", d.Officer)
	}
	deed, ok := deeds[d.Verb]
	if !ok {
		return refuse("no-verb", "netpatrol knows no decision %q", d.Verb)
	}
	if by.OnlyVolunteer() && d.Verb != bots.SendTip { // promise 2
		return refuse("role", "%s is a volunteer, and sends tips only", by.ID)
	}
	if by.Outside() != (d.Verb == bots.AnswerFindings) { // promise 2
		return refuse("role", "%s may not do that", by.ID)
	}
	c.who = by.ID
	err = deed(c, by, d)
	if errors.Is(err, record.ErrNotFound) {
		return refuse("not-found", "%s does not exist", d.On)
	}
	var long *adapters.TooLong
	if errors.As(err, &long) {
		return refuse("too-long", "%s", long.Error())
	}
	var unfit *adapters.Unfit
	if errors.As(err, &unfit) {
		return refuse("unfit", "%s", unfit.Error())
	}
	return err
}
