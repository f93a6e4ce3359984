// What leaves the device and what does not.

export const PRIVACY = {
  title: "Privacy",
  removedTitle: (count) =>
    count === 1 ? "1 attribute taken out or replaced before sending" : `${count} attributes taken out or replaced before sending`,
  wouldRemove: (count) =>
    count === 1 ? "1 attribute will be taken out or replaced" : `${count} attributes will be taken out or replaced`,
  kept: (count) => `${count} attributes that measuring needs are sent`,
  nothingRemoved: "The file held nothing that had to be taken out.",
  picture: "A picture is sent without its name and its comments. Words that are drawn into it go along, so look at it first.",
  pictureSent: "A picture was sent without its name. Words that are drawn into it went along.",
  attribute: "Attribute",
  value: "Here",
  action: "Sent as",
  actions: { removed: "left out", replaced: "replaced", emptied: "empty" },
  burntIn: "Words may be drawn into this image",
  burntInHelp:
    "The file says that identifying text is part of the picture itself. It cannot be taken out here. Look at the image before you send it.",
  reviewTitle: "Look before sending",
  reviewHelp: "This is what would leave this device: the image beside, and no more than listed here.",
  send: "Send this slice",
  sendAll: "Send all that wait",
  leave: "Do not send",
};
