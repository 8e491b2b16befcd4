"""What each type of event means, in a few words of Polish and English: `pl | en`."""

_WORDS = """
Adoption.Abandoned: Zaniechano wdrożenia | The adoption was abandoned
Adoption.AdaptingStarted: Rozpoczęto dostosowanie | Adapting began
Adoption.Implemented: Wdrożono | It was implemented
Adoption.InterestExpressed: Wyrażono zainteresowanie | Interest was expressed
CallInterest.Declared: Zgłoszono zainteresowanie naborem | Interest in the call was declared
CallInterest.Renewed: Ponowiono zainteresowanie naborem | Interest in the call was renewed
CallInterest.Withdrawn: Wycofano zainteresowanie naborem | Interest in the call was withdrawn
FundingCall.Announced: Ogłoszono nabór | The call was announced
FundingCall.Cancelled: Unieważniono nabór | The call was cancelled
FundingCall.Closed: Zamknięto nabór | The call closed
FundingCall.Corrected: Sprostowano warunki naboru | The call's terms were corrected
FundingCall.DatesMoved: Zmieniono terminy naboru | The call's dates were moved
FundingCall.Opened: Otwarto nabór | The call opened
FundingCall.Resolved: Rozstrzygnięto nabór | The call was resolved
Indicator.Defined: Określono wskaźnik | An indicator was defined
Indicator.Dropped: Zrezygnowano ze wskaźnika | An indicator was dropped
Indicator.Measured: Zmierzono wskaźnik | An indicator was measured
Indicator.Retargeted: Zmieniono wartość docelową wskaźnika | The target of an indicator was changed
Initiative.AccessGranted: Nadano dostęp do projektu | Access to the initiative was granted
Initiative.AccessRevoked: Odebrano dostęp do projektu | Access to the initiative was revoked
Initiative.AmendmentSigned: Podpisano aneks | An amendment was signed
Initiative.BudgetDrawnUp: Sporządzono budżet | A budget was drawn up
Initiative.CallLinked: Powiązano z naborem | It was linked to a call
Initiative.ClaimApproved: Zatwierdzono wniosek o płatność | A payment claim was approved
Initiative.ClaimDiscarded: Odrzucono wniosek o płatność | A payment claim was discarded
Initiative.ClaimDrafted: Przygotowano wniosek o płatność | A payment claim was drafted
Initiative.ClaimPaid: Wypłacono środki | A payment claim was paid
Initiative.ClaimPartlyApproved: Zatwierdzono część wniosku o płatność | A payment claim was approved in part
Initiative.ClaimReturned: Zwrócono wniosek o płatność do poprawy | A payment claim was returned
Initiative.ClaimRevised: Poprawiono wniosek o płatność | A payment claim was revised
Initiative.ClaimSubmitted: Złożono wniosek o płatność | A payment claim was submitted
Initiative.Closed: Zamknięto projekt | The initiative was closed
Initiative.CorrectionAnswered: Uzupełniono wniosek | The application was corrected
Initiative.CorrectionRequested: Wezwano do uzupełnienia wniosku | Corrections were requested
Initiative.Described: Zmieniono opis | The description was changed
Initiative.DutyImposed: Nałożono obowiązek | A duty was imposed
Initiative.DutyLifted: Zniesiono obowiązek | A duty was lifted
Initiative.DutyMet: Wypełniono obowiązek | A duty was met
Initiative.DutyMoved: Zmieniono termin obowiązku | A duty was moved
Initiative.FinalClaimSubmitted: Złożono końcowy wniosek o płatność | The final claim was submitted
Initiative.FinalPaymentConfirmed: Potwierdzono płatność końcową | The final payment was confirmed
Initiative.FormalAssessmentPassed: Pozytywna ocena formalna | The formal assessment was passed
Initiative.FormalAssessmentStarted: Rozpoczęto ocenę formalną | The formal assessment began
Initiative.GrantAgreementSigned: Podpisano umowę o dofinansowanie | The grant agreement was signed
Initiative.ImplementationStarted: Rozpoczęto realizację | Implementation began
Initiative.LeadAppointed: Wybrano partnera wiodącego | A lead partner was appointed
Initiative.MadeConfidential: Ograniczono widoczność do partnerów | It was made confidential
Initiative.MadePublic: Udostępniono publicznie | It was made public
Initiative.MilestoneDropped: Usunięto kamień milowy | A milestone was dropped
Initiative.MilestoneMoved: Przesunięto kamień milowy | A milestone was moved
Initiative.MilestoneReached: Osiągnięto kamień milowy | A milestone was reached
Initiative.MilestoneSet: Ustalono kamień milowy | A milestone was set
Initiative.NotFunded: Nie przyznano dofinansowania | It was not funded
Initiative.PartnerAccepted: Partner przystąpił | A partner accepted
Initiative.PartnerDeclined: Partner odmówił | A partner declined
Initiative.PartnerInvited: Zaproszono partnera | A partner was invited
Initiative.PartnerLeft: Partner wystąpił | A partner left
Initiative.PartnershipAgreementDrafted: Przygotowano umowę partnerstwa | The partnership agreement was drafted
Initiative.PartnershipAgreementSigned: Podpisano umowę partnerstwa | The partnership agreement was signed
Initiative.PartnershipOpened: Rozpoczęto budowę partnerstwa | Building the partnership began
Initiative.PreparationStarted: Rozpoczęto przygotowanie wniosku | Preparing the application began
Initiative.Proposed: Zgłoszono pomysł | The idea was proposed
Initiative.ProtestDismissed: Nie uwzględniono protestu | The protest was dismissed
Initiative.ProtestFiled: Wniesiono protest | A protest was filed
Initiative.ProtestUpheld: Uwzględniono protest | The protest was upheld
Initiative.PutOnReserveList: Wpisano na listę rezerwową | It was put on the reserve list
Initiative.Rejected: Negatywna ocena | It was rejected
Initiative.Selected: Wybrano do dofinansowania | It was selected for funding
Initiative.StatusCorrected: Sprostowano stan | The status was corrected
Initiative.Submitted: Złożono wniosek o dofinansowanie | The application was submitted
Initiative.TakenFromReserveList: Wybrano z listy rezerwowej | It was taken from the reserve list
Initiative.Terminated: Rozwiązano umowę | The agreement was terminated
Initiative.Withdrawn: Wycofano projekt | It was withdrawn
InitiativeDocument.Filed: Dołączono dokument | A document was filed
InitiativeDocument.Removed: Usunięto dokument | A document was removed
InitiativeNote.Retracted: Wycofano notatkę | A note was retracted
InitiativeNote.Written: Dodano notatkę | A note was written
Meeting.ActionItemAssigned: Przydzielono zadanie | An action item was assigned
Meeting.ActionItemDeferred: Przesunięto termin zadania | An action item was deferred
Meeting.ActionItemDone: Wykonano zadanie | An action item was done
Meeting.ActionItemDropped: Zaniechano zadania | An action item was dropped
Meeting.AgendaItemAdded: Dodano punkt porządku | An agenda item was added
Meeting.AgendaItemMoved: Przesunięto punkt porządku | An agenda item was moved
Meeting.AgendaItemRemoved: Usunięto punkt porządku | An agenda item was removed
Meeting.AgendaItemRewritten: Zmieniono punkt porządku | An agenda item was rewritten
Meeting.ApprovalGiven: Zaakceptowano protokół | An approval of the minutes was given
Meeting.AttendanceRecorded: Odnotowano obecność | An attendance was recorded
Meeting.AttendanceWithdrawn: Wycofano obecność | An attendance was withdrawn
Meeting.Cancelled: Odwołano spotkanie | The meeting was cancelled
Meeting.DecisionRecorded: Zapisano ustalenie | A decision was recorded
Meeting.DecisionRemoved: Usunięto ustalenie | A decision was removed
Meeting.DecisionRewritten: Zmieniono ustalenie | A decision was rewritten
Meeting.Held: Odbyło się spotkanie | The meeting was held
Meeting.InvitationAnswered: Odpowiedziano na zaproszenie | An invitation was answered
Meeting.MinutesAnnotated: Dopisano uwagę do protokołu | The minutes were annotated
Meeting.MinutesApproved: Zatwierdzono protokół | The minutes were approved
Meeting.MinutesPublished: Opublikowano protokół | The minutes were published
Meeting.MinutesSectionAdded: Dodano część protokołu | A section of the minutes was added
Meeting.MinutesSectionRemoved: Usunięto część protokołu | A section of the minutes was removed
Meeting.MinutesSectionRewritten: Zmieniono część protokołu | A section of the minutes was rewritten
Meeting.MunicipalityInvited: Zaproszono gminę | A municipality was invited
Meeting.PersonInvited: Zaproszono osobę | A person was invited
Meeting.Planned: Zaplanowano spotkanie | The meeting was planned
Meeting.Postponed: Odłożono spotkanie | The meeting was postponed
Meeting.Replanned: Zmieniono plan spotkania | The plan was changed
Meeting.Rescheduled: Zmieniono termin spotkania | The meeting was rescheduled
MeetingSeries.Ended: Zakończono cykl | The series was ended
MeetingSeries.OccurrenceExcluded: Odwołano jedno ze spotkań cyklu | One meeting of the series was left out
MeetingSeries.OccurrenceMoved: Przesunięto jedno ze spotkań cyklu | One meeting of the series was moved
MeetingSeries.Started: Rozpoczęto cykl spotkań | The series was started
ModelSolution.Archived: Zarchiwizowano rozwiązanie | The solution was archived
ModelSolution.AuthorInvited: Zaproszono współautora | An author was invited
ModelSolution.AuthorLeft: Współautor odszedł | An author left
ModelSolution.AuthorshipAccepted: Przyjęto współautorstwo | An authorship was accepted
ModelSolution.Proposed: Zaproponowano rozwiązanie | The solution was proposed
ModelSolution.SectionAdded: Dodano część | A section was added
ModelSolution.SectionRemoved: Usunięto część | A section was removed
ModelSolution.SectionRewritten: Zmieniono część | A section was rewritten
ModelSolution.VersionReleased: Wydano wersję | A version was released
Municipality.Admitted: Przyjęto do sieci | It was admitted to the network
Municipality.Applied: Złożono wniosek o przyjęcie | It applied for membership
Municipality.Invited: Zaproszono do sieci | It was invited to the network
Municipality.KindChanged: Zmienił się rodzaj gminy | Its kind changed
Municipality.Left: Wystąpiono z sieci | It left the network
Municipality.OfficeLeft: Zakończono pełnienie funkcji | An office was left
Municipality.OfficeTaken: Objęto funkcję | An office was taken
Municipality.PopulationRecorded: Zapisano liczbę mieszkańców | Its population was recorded
Municipality.Registered: Wpisano do rejestru | It was registered
Municipality.Reinstated: Przywrócono członkostwo | Its membership was reinstated
Municipality.Renamed: Zmieniła się nazwa | It was renamed
Municipality.Suspended: Zawieszono członkostwo | Its membership was suspended
Municipality.TermCorrected: Sprostowano kadencję | A term of office was corrected
NewsItem.Corrected: Sprostowano aktualność | The news item was corrected
NewsItem.Drafted: Przygotowano aktualność | The news item was drafted
NewsItem.Published: Opublikowano aktualność | The news item was published
NewsItem.Retracted: Wycofano aktualność | The news item was retracted
PartnerReport.Resubmitted: Ponownie złożono sprawozdanie partnera | A partner's report was submitted again
PartnerReport.Returned: Zwrócono sprawozdanie partnera | A partner's report was returned
PartnerReport.Submitted: Złożono sprawozdanie partnera | A partner's report was submitted
PartnerReport.Verified: Zatwierdzono sprawozdanie partnera | A partner's report was verified
Practice.Archived: Zarchiwizowano praktykę | The practice was archived
Practice.Corrected: Sprostowano praktykę | The practice was corrected
Practice.Drafted: Przygotowano opis praktyki | The practice was drafted
Practice.Published: Opublikowano praktykę | The practice was published
Practice.Returned: Zwrócono opis do poprawy | The practice was returned
Practice.Rewritten: Zmieniono opis praktyki | The practice was rewritten
Practice.Submitted: Zgłoszono praktykę | The practice was submitted
Programme.Corrected: Sprostowano dane programu | The programme was corrected
Programme.Registered: Wpisano program | The programme was registered
Question.AnswerAccepted: Przyjęto odpowiedź | An answer was accepted
Question.AnswerGiven: Udzielono odpowiedzi | An answer was given
Question.AnswerRewritten: Zmieniono odpowiedź | An answer was rewritten
Question.AnswerWithdrawn: Wycofano odpowiedź | An answer was withdrawn
Question.Asked: Zadano pytanie | The question was asked
Question.Closed: Zamknięto pytanie | The question was closed
Question.Reopened: Wznowiono pytanie | The question was reopened
Question.Rewritten: Zmieniono pytanie | The question was rewritten
Risk.Closed: Zamknięto ryzyko | A risk was closed
Risk.Identified: Rozpoznano ryzyko | A risk was identified
Risk.Reassessed: Ponownie oceniono ryzyko | A risk was assessed again
"""


def _read(line: str) -> tuple[str, dict[str, str]]:
    kind, _, said = line.partition(": ")
    pl, _, en = said.partition(" | ")
    return kind, {"pl": pl, "en": en}


WORDS: dict[str, dict[str, str]] = dict(map(_read, _WORDS.strip().splitlines()))
