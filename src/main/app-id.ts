// By which systems know the application: the packed one, its shortcuts and its notifications.

export const appId = 'app.selftuning.studio'
