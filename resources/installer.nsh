; "Open with Self-Tuning Studio" in the context menu of folders, and of the empty ground inside one. SHCTX is the user's registry, or the
; machine's where the application is installed for all users.
!macro customInstall
  WriteRegStr SHCTX "Software\Classes\Directory\shell\SelfTuningStudio" "" "Open with ${PRODUCT_NAME}"
  WriteRegStr SHCTX "Software\Classes\Directory\shell\SelfTuningStudio" "Icon" "$INSTDIR\${APP_EXECUTABLE_FILENAME},0"
  WriteRegStr SHCTX "Software\Classes\Directory\shell\SelfTuningStudio\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%V"'
  WriteRegStr SHCTX "Software\Classes\Directory\Background\shell\SelfTuningStudio" "" "Open with ${PRODUCT_NAME}"
  WriteRegStr SHCTX "Software\Classes\Directory\Background\shell\SelfTuningStudio" "Icon" "$INSTDIR\${APP_EXECUTABLE_FILENAME},0"
  WriteRegStr SHCTX "Software\Classes\Directory\Background\shell\SelfTuningStudio\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%V"'
!macroend

!macro customUnInstall
  DeleteRegKey SHCTX "Software\Classes\Directory\shell\SelfTuningStudio"
  DeleteRegKey SHCTX "Software\Classes\Directory\Background\shell\SelfTuningStudio"
!macroend
